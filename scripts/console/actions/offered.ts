// What a job's and a group's page offer to do.
import { type Html, html, nothing } from "../../../triggers/web/ui/html.ts";
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

/** The actions of a group. */
export function actionsOfGroup({
  kind,
  group,
  paused,
}: {
  kind: string;
  group: string;
  paused: boolean;
}): Html {
  return paused
    ? button("resume", { kind, group }, { label: "Resume this group" })
    : button("pause", { kind, group }, { label: "Pause this group" });
}
