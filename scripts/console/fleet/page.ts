// The fleet's page: its situation in words, queues, charts and workers. The live parts are renewed every two seconds, the charts
// less often.
import { type Html, html, nothing } from "../../../triggers/web/ui/html.ts";
import type { ToldPause } from "../../queues/pause/told-pauses.ts";
import type { FleetStatus } from "../../status/fleet-status.ts";
import type { Termination } from "../../status/terminations.ts";
import { lengthInWords } from "../ui/time.ts";
import type { Advice, Place } from "./advice.ts";
import type { Died } from "./died.ts";
import type { History } from "./history.ts";
import { queuesView } from "./queues.ts";
import type { SlotJob } from "./running.ts";
import { type Situation, situationOf } from "./situation.ts";
import { terminationsView } from "./terminations.ts";
import { workersView } from "./workers.ts";

/** What the page shows at one moment. */
export type ShownFleet = {
  status: FleetStatus;
  pauses: readonly ToldPause[];
  running: readonly SlotJob[];
  died: readonly Died[];
  /** Undefined where there is no CloudWatch. */
  history: History | undefined;
  /** Undefined where nobody can tell. */
  terminations: readonly Termination[] | undefined;
  place: Place;
  /** Epoch milliseconds. */
  now: number;
};

/** The live parts. The page replaces each by its id. */
export function fleetLiveView(shown: ShownFleet): Html {
  return html`${aboveCharts(shown)} ${belowCharts(shown)}`;
}

/** The content of the page. */
export function fleetView(shown: ShownFleet): Html {
  return html`${aboveCharts(shown)} ${chartsView(shown.history)} ${belowCharts(shown)}`;
}

const aboveCharts = ({ status, pauses, history, ...known }: ShownFleet): Html =>
  html`${situationView(situationOf(status, pauses, known))} ${queuesView(status.queues, { history, pauses })}`;

const belowCharts = ({ status, running, terminations, now }: ShownFleet): Html =>
  html`${workersView(status.workers, { running, now })} ${terminationsView(terminations)}`;

function situationView({ name, sentence, evidence, todo }: Situation): Html {
  return html`<section id="verdict" class="card verdict ${name}" aria-label="Situation">
    <p class="situation"><strong>${name}</strong> <span>${sentence}</span></p>
    ${evidence.map((text) => html`<p class="quiet small">${text}</p>`)}
    ${
      todo.length === 0
        ? html`<p class="todo"><strong>To do:</strong> nothing.</p>`
        : html`<p class="todo"><strong>To do:</strong></p>
            <ul class="todo">
              ${todo.map((each) => html`<li>${adviceView(each)}</li>`)}
            </ul>`
    }
  </section>`;
}

function adviceView({ text, link, command }: Advice): Html {
  return html`${text} ${link === undefined ? nothing : html`<a href="${link.address}">${link.words}</a>`}
  ${command === undefined ? nothing : html`<code>${command}</code>`}`;
}

const chartsOf = ({ periodSeconds }: History) => [
  { id: "backlog", title: "Backlog", unit: "messages" },
  { id: "capacity", title: "Capacity", unit: "instances; marks: changes with their reason" },
  { id: "outcomes", title: "Ends of runs", unit: `in each ${lengthInWords(periodSeconds)}` },
  { id: "durations", title: "Wait and run", unit: "seconds" },
];

function chartsView(history: History | undefined): Html {
  if (history === undefined)
    return html`<p class="hint">There are no charts: CloudWatch cannot be asked at this endpoint.</p>`;
  return html`<section id="charts" class="charts" aria-label="The last half hour">
    ${chartsOf(history).map(
      ({ id, title, unit }) =>
        html`<figure class="card">
          <figcaption><strong>${title}</strong> <span class="quiet small">${unit}</span></figcaption>
          <div class="chart" data-chart="${id}"></div>
        </figure>`,
    )}
    <div class="card across">
      <h2>Changes of the size</h2>
      <ul id="changes" class="plain" aria-live="off"></ul>
    </div>
  </section>`;
}
