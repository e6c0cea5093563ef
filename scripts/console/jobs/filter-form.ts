// The fields that narrow a list of jobs. What is asked for is the page's address.
import { choice, field } from "../../../triggers/web/ui/field.ts";
import { type Html, html, nothing } from "../../../triggers/web/ui/html.ts";
import { type JobFilter, listOutcomes } from "./filter.ts";

/** The form, filled in. */
export function filterForm(
  { state, kind = "", outcome, worker, reason, name, from, before }: JobFilter,
  kinds: readonly string[],
): Html {
  const all = state === "ended" ? "Choose a kind" : "All kinds";
  return html`<form class="search" action="/jobs">
    <input type="hidden" name="state" value="${state}" />
    ${choice({
      name: "kind",
      label: "Kind",
      value: kind,
      options: [{ value: "", label: all }, ...kinds.map((value) => ({ value, label: value }))],
    })}
    ${
      state === "ended"
        ? choice({
            name: "outcome",
            label: "Outcome",
            value: outcome ?? "",
            options: [
              { value: "", label: "Every outcome" },
              ...listOutcomes.map((value) => ({ value, label: value })),
            ],
          })
        : nothing
    }
    ${field({ name: "name", label: "Name contains", value: name })}
    ${
      state === "running"
        ? field({ name: "worker", label: "Worker", value: worker })
        : field({ name: "reason", label: "Reason contains", value: reason })
    }
    <button class="button">Show</button>
    ${state === "running" ? nothing : rarer({ worker, from, before })}
  </form>`;
}

/** Fields that are asked for less often: closed while they are empty, so that a phone shows the list. */
const rarer = ({ worker, from, before }: Pick<JobFilter, "worker" | "from" | "before">): Html =>
  html`<details class="more" ${worker === undefined && from === undefined && before === undefined ? nothing : html`open`}>
    <summary>Worker and time</summary>
    <div class="search">
      ${field({ name: "worker", label: "Worker", value: worker })}
      ${field({ name: "from", label: "From", value: local(from), type: "datetime-local" })}
      ${field({ name: "before", label: "Before", value: local(before), type: "datetime-local" })}
    </div>
  </details>`;

/** A time as its field wants it: this machine's, without a zone. */
function local(iso: string | undefined): string {
  if (iso === undefined) return "";
  const at = new Date(iso);
  return new Date(at.getTime() - at.getTimezoneOffset() * 60_000).toISOString().slice(0, 16);
}
