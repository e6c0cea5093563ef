// The pages before letters are sent back or deleted: how many are meant, the first of them, and a way to mean fewer.
import { field } from "../../../triggers/web/ui/field.ts";
import { type Html, html, nothing } from "../../../triggers/web/ui/html.ts";
import { addressWith } from "../../../triggers/web/ui/table.ts";
import type { DeadLetter } from "../../queues/dead/dead-letters.ts";
import type { Meant } from "../../queues/dead/meant-letters.ts";
import { jobAddress } from "../jobs/filter.ts";
import { revealView } from "../jobs/reveal-view.ts";
import type { Named } from "../masking/seals.ts";
import { dayAndTime } from "../ui/time.ts";
import { portions } from "./fields.ts";
import { back, deletion, hidden } from "./forms.ts";

/** Letters that are shown. */
const shown = 10;

/** What a page is about: `group` is the meant one as the page names it, and the letters are masked already. */
export type ShownLetters = {
  meant: Meant;
  group: Named | undefined;
  letters: readonly DeadLetter[];
  groups: number;
  masked: boolean;
  reveal: boolean;
  readOnly: boolean;
};

/** The page before letters are sent back. */
export function redriveView(shown: ShownLetters): Html {
  const { meant, letters, readOnly } = shown;
  return html`<section class="card stack" aria-label="What would be sent back">
    ${summary(shown)} ${revealed("redrive", shown)}
    <p class="quiet">Each group keeps its order, behind what it has received meanwhile. Letters that SQS itself moved are not counted here; they are sent back with all of a kind or a group.</p>
    ${meant.reason === undefined ? nothing : html`<p class="quiet">What matches a reason overtakes what does not, in its group.</p>`}
    ${firstView(letters)} ${readOnly ? nothing : redriveForm(shown)} ${back}
  </section>
  ${filterView("redrive", shown)}`;
}

/** The page before letters are deleted. */
export function discardView(shown: ShownLetters): Html {
  const { letters, readOnly } = shown;
  return html`<section class="card stack" aria-label="What would be deleted">
    ${summary(shown)} ${revealed("discard", shown)}
    <p>They would be <strong>deleted for good</strong>, up to ${portions.most} at a time. Their jobs are lost; each is on record as rejected.</p>
    ${firstView(letters)} ${readOnly ? nothing : deletion("discard", meantFields(shown), "Discard dead letters")} ${back}
  </section>
  ${filterView("discard", shown)}`;
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

/** The fields that mean the same letters again. */
const meantFields = ({ meant: { kind, job, reason }, group }: ShownLetters) => ({
  ...{ kind, group: group?.ref, job, reason },
});

function revealed(action: "redrive" | "discard", shown: ShownLetters): Html {
  const address = addressWith(`/actions/${action}`, meantFields(shown), {});
  return revealView({ ...shown, address });
}

function summary({ meant: { kind, job, reason }, group, letters, groups }: ShownLetters): Html {
  const what = job ?? (group === undefined ? `all of ${kind}` : `group ${group.shown} of ${kind}`);
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
            <td data-label="Why it died" class="name">${reason.slice(0, 200)}</td>
            <td data-label="Since" class="number">${dayAndTime(since)}</td>
          </tr>`,
      )}
    </tbody>
  </table>
  ${more > 0 ? html`<p class="quiet">and ${more.toLocaleString("en")} more</p>` : nothing}`;
}

function redriveForm(shown: ShownLetters): Html {
  const portion = field({
    ...{ name: "most", label: "At most", type: "number", min: 1 },
    value: String(Math.min(portions.usual, Math.max(1, shown.letters.length))),
    hint: `One portion: 1 to ${portions.most}; the rest stays for the next one`,
  });
  return html`<form class="search" method="post" action="/actions/redrive">
    ${hidden(meantFields(shown))} ${shown.meant.job === undefined ? portion : nothing}
    <button class="button primary">Send back</button>
  </form>`;
}

/** A form that leads to the same page for fewer letters. */
function filterView(action: "redrive" | "discard", { meant, group }: ShownLetters): Html {
  const { kind, job, reason } = meant;
  if (job !== undefined) return nothing;
  const isSealed = group !== undefined && group.ref !== group.shown;
  const groupField = isSealed
    ? hidden({ group: group.ref })
    : field({ name: "group", label: "Message group", value: group?.shown, wide: true, maxLength: 128 });
  return html`<section class="card stack" aria-labelledby="fewer-title">
    <h2 id="fewer-title">Mean fewer of them</h2>
    <form class="search" method="get" action="/actions/${action}">
      ${hidden({ kind })}
      ${groupField}
      ${field({ name: "reason", label: "Reason contains", value: reason, wide: true, maxLength: 200 })}
      <button class="button">Look</button>
    </form>
  </section>`;
}
