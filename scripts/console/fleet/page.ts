// The fleet's page: the verdict in words, queues and workers. Its parts are renewed every two seconds.
import { type Html, html, nothing } from "../../../triggers/web/ui/html.ts";
import type { FleetStatus } from "../../status/fleet-status.ts";
import { troubleInWords, unconfinedInWords } from "../../status/troubles.ts";
import { verdictInWords } from "../../status/verdict-words.ts";
import { queuesView } from "./queues.ts";
import { workersView } from "./workers.ts";

/** The live parts. The page replaces each by its id. */
export function fleetView(status: FleetStatus): Html {
  return html`${verdictView(status)} ${queuesView(status.queues)} ${workersView(status.workers, status.scaling)}`;
}

function verdictView(status: FleetStatus): Html {
  const { verdict } = status;
  const unconfined = unconfinedInWords(status.workers);
  return html`<section id="verdict" class="card verdict ${verdict}" aria-label="Verdict">
    <p><strong>${verdict}</strong> <span>${verdictInWords(status)}</span></p>
    ${status.troubles.map((trouble) => html`<p class="trouble">${troubleInWords(trouble)}.</p>`)}
    ${unconfined === undefined ? nothing : html`<p class="trouble">${unconfined}.</p>`}
  </section>`;
}
