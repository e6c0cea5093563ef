// The pages before letters are sent back or deleted: how many are meant, the first of them, and a way to mean fewer.
import { field } from "../../../triggers/web/ui/field.ts";
import { type Html, html, nothing } from "../../../triggers/web/ui/html.ts";
import type { DeadLetter } from "../../queues/dead/dead-letters.ts";
import type { Meant } from "../../queues/dead/meant-letters.ts";
import { jobAddress } from "../jobs/filter.ts";
import { masked } from "../jobs/mask.ts";
import { dayAndTime } from "../ui/time.ts";
import { portions } from "./fields.ts";
import { back, deletion, hidden } from "./forms.ts";

/** Letters that are shown. */
const shown = 10;

type Shown = { meant: Meant; letters: readonly DeadLetter[]; readOnly: boolean };

/** The page before letters are sent back. */
export function redriveView({ meant, letters, readOnly }: Shown): Html {
  return html`<section class="card stack" aria-label="What would be sent back">
    ${summary(meant, letters)}
    <p class="quiet">Each group keeps its order, behind what it has received meanwhile. Letters that SQS itself moved are not counted here; they are sent back with all of a kind or a group.</p>
    ${meant.reason === undefined ? nothing : html`<p class="quiet">What matches a reason overtakes what does not, in its group.</p>`}
    ${firstView(letters)} ${readOnly ? nothing : redriveForm(meant, letters.length)} ${back}
  </section>
  ${filterView("redrive", meant)}`;
}

/** The page before letters are deleted. */
export function discardView({ meant, letters, readOnly }: Shown): Html {
  const { kind, group, job, reason } = meant;
  return html`<section class="card stack" aria-label="What would be deleted">
    ${summary(meant, letters)}
    <p>They would be <strong>deleted for good</strong>, up to ${portions.most} at a time. Their jobs are lost; each is on record as rejected.</p>
    ${firstView(letters)} ${readOnly ? nothing : deletion("discard", { kind, group, job, reason }, "Discard dead letters")} ${back}
  </section>
  ${filterView("discard", meant)}`;
}

/** The page before waiting jobs are deleted. */
export function purgeView(
  kind: string,
  { waiting, inFlight }: { waiting: number; inFlight: number },
  { readOnly }: { readOnly: boolean },
): Html {
  return html`<section class="card stack" aria-label="What would be deleted">
    <p><strong>About ${count(waiting, "waiting job")} of ${kind}</strong> would be deleted for good. About ${count(inFlight, "job")} in workers' hands would stay.</p>
    ${readOnly ? nothing : deletion("purge", { kind }, "Delete waiting jobs")} ${back}
  </section>`;
}

const count = (number: number, noun: string) =>
  `${number.toLocaleString("en")} ${number === 1 ? noun : `${noun}s`}`;

function summary({ kind, group, job, reason }: Meant, letters: readonly DeadLetter[]): Html {
  const groups = new Set(letters.map((letter) => letter.group)).size;
  const what = job ?? (group === undefined ? `all of ${kind}` : `group ${group} of ${kind}`);
  const why = reason === undefined ? "" : `, whose reason contains “${reason}”`;
  return html`<p><strong>${count(letters.length, "dead letter")} in ${count(groups, "group")}</strong>, ${what}${why}.</p>`;
}

function firstView(letters: readonly DeadLetter[]): Html {
  if (letters.length === 0) return nothing;
  const more = letters.length - shown;
  return html`<table class="list">
    <caption class="unseen">The first of them</caption>
    <thead><tr><th scope="col">Job</th><th scope="col">Why it died</th><th scope="col" class="number">Since</th></tr></thead>
    <tbody>
      ${letters.slice(0, shown).map(
        ({ jobId, reason, since }) =>
          html`<tr>
            <th scope="row"><a class="name" href="${jobAddress(jobId)}">${jobId}</a></th>
            <td data-label="Why it died" class="name">${String(masked(reason).value).slice(0, 200)}</td>
            <td data-label="Since" class="number">${dayAndTime(since)}</td>
          </tr>`,
      )}
    </tbody>
  </table>
  ${more > 0 ? html`<p class="quiet">and ${more.toLocaleString("en")} more</p>` : nothing}`;
}

function redriveForm({ kind, group, job, reason }: Meant, letters: number): Html {
  const portion = field({
    ...{ name: "most", label: "At most", type: "number", min: 1 },
    value: String(Math.min(portions.usual, Math.max(1, letters))),
    hint: `One portion: 1 to ${portions.most}; the rest stays for the next one`,
  });
  return html`<form class="search" method="post" action="/actions/redrive">
    ${hidden({ kind, group, job, reason })} ${job === undefined ? portion : nothing}
    <button class="button primary">Send back</button>
  </form>`;
}

/** A form that leads to the same page for fewer letters. */
function filterView(action: "redrive" | "discard", { kind, group, job, reason }: Meant): Html {
  if (job !== undefined) return nothing;
  return html`<section class="card stack" aria-labelledby="fewer-title">
    <h2 id="fewer-title">Mean fewer of them</h2>
    <form class="search" method="get" action="/actions/${action}">
      ${hidden({ kind })}
      ${field({ name: "group", label: "Message group", value: group, wide: true, maxLength: 128 })}
      ${field({ name: "reason", label: "Reason contains", value: reason, wide: true, maxLength: 200 })}
      <button class="button">Look</button>
    </form>
  </section>`;
}
