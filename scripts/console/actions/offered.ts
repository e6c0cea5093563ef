// What a job's and a group's page offer to do.
import { type Html, html, nothing } from "../../../triggers/web/ui/html.ts";
import type { JobFilter } from "../jobs/filter.ts";
import { button } from "./forms.ts";

/** The actions of a job: its dead letter can be sent back, alone or with its group. */
export function actionsOfJob({
  jobId,
  kind,
  group,
  dead,
}: {
  jobId: string;
  kind: string;
  group: string;
  dead: boolean;
}): Html {
  if (!dead) return nothing;
  return html`<p class="row">
    <a class="button primary" href="/actions/redrive?${new URLSearchParams({ kind, group, job: jobId })}">Send it back …</a>
    <a class="button" href="/actions/redrive?${new URLSearchParams({ kind, group })}">Send its group back …</a>
    <a class="button danger" href="/actions/discard?${new URLSearchParams({ kind, group, job: jobId })}">Discard it …</a>
  </p>`;
}

/** The actions of a group; its dead letters can be sent back together. */
export function actionsOfGroup({
  kind,
  group,
  paused,
  dead,
}: {
  kind: string;
  group: string;
  paused: boolean;
  dead: boolean;
}): Html {
  return html`<div class="row">
    ${
      paused
        ? button("resume", { kind, group }, { label: "Resume this group" })
        : button("pause", { kind, group }, { label: "Pause this group" })
    }
    ${dead ? html`<a class="button" href="/actions/redrive?${new URLSearchParams({ kind, group })}">Send its dead letters back …</a>` : nothing}
  </div>`;
}

/** What can be done with all dead letters of a list, where an action can mean the same: of a kind, and by their reason. */
export function actionsOfList({ state, kind, reason, ...narrower }: JobFilter): Html {
  const { name, worker, from, before } = narrower;
  if (state !== "dead" || kind === undefined || (name ?? worker ?? from ?? before) !== undefined)
    return nothing;
  const meant = new URLSearchParams({ kind, ...(reason !== undefined && { reason }) });
  return html`<p class="row">
    <a class="button" href="/actions/redrive?${meant}">Send all of these back …</a>
    <a class="button danger" href="/actions/discard?${meant}">Discard all of these …</a>
  </p>`;
}
