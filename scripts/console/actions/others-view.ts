// The pages of mails of unknown outcome, of failed events, and of a worker that is about to be interrupted.
import { type Html, html, nothing } from "../../../triggers/web/ui/html.ts";
import type { OutgoingMail } from "../../../worker/jobs/mail/answers/outgoing-mail.ts";
import type { WorkerStatus } from "../../status/fleet-status.ts";
import { dayAndTime } from "../ui/time.ts";
import { back, button, hidden } from "./forms.ts";

/** Mails that wait for a person, their addresses masked: a command lists them. */
export function mailsView(mails: readonly OutgoingMail[], readOnly: boolean): Html {
  const first =
    mails.length === 0
      ? "There are none."
      : "Look first whether each arrived: ask the recipient, or search for the header X-Fleet-Mail with its id.";
  return html`<section class="card stack" aria-label="Mails that wait for a person">
    <p>${first}</p>
    ${mails.map((mail) => mailView(mail, readOnly))} ${back}
  </section>`;
}

function mailView(mail: OutgoingMail, readOnly: boolean): Html {
  const { id, purpose, reference, state, updatedAt } = mail;
  const refused = state === "rejected";
  const why = mail.reason ?? (state === "sending" ? "the worker that was sending it ended" : "");
  return html`<article class="card stack" aria-label="Mail ${id}">
    <p><strong>${purpose} ${reference}</strong>, ${refused ? "refused" : "of unknown outcome"} since ${dayAndTime(updatedAt)}<br />
      <span class="quiet">${why}</span><br /><code>${id}</code></p>
    ${readOnly ? nothing : decisionForm(id, refused)}
  </article>`;
}

function decisionForm(id: string, refused: boolean): Html {
  const settle = html`<button class="button" formaction="/actions/settle">Settle: nothing is to be sent</button>`;
  return html`<form class="search" method="post" action="/actions/resend">
    ${hidden({ mail: id })}
    <div class="field wide">
      <label class="check"><input type="checkbox" name="looked" value="yes" required /> <span>I have looked${refused ? "" : " whether it arrived"}</span></label>
    </div>
    <button class="button">Send once more</button>
    ${refused ? nothing : settle}
  </form>`;
}

/** Failed events of each trigger, as SQS counts them. */
export function eventsView(counts: readonly { trigger: string; events: number }[], readOnly: boolean): Html {
  const some = counts.filter(({ events }) => events > 0);
  const all = some.reduce((sum, { events }) => sum + events, 0);
  const list = html`<ul class="plain-list rows">${some.map(
    ({ trigger, events }) => html`<li class="bar"><span>${trigger}</span> <span>${events}</span></li>`,
  )}</ul>`;
  return html`<section class="card stack" aria-label="Failed events">
    <p><strong>About ${all.toLocaleString("en")} ${all === 1 ? "event waits" : "events wait"}</strong> in failure queues. A replay passes each to its trigger again, which enqueues nothing twice.</p>
    ${all === 0 ? nothing : list}
    ${readOnly || all === 0 ? nothing : button("replay", {}, { label: "Replay them", tone: "primary" })} ${back}
  </section>`;
}

/** The page before a worker is interrupted. */
export function interruptView({ id, instance, busySlots }: WorkerStatus, readOnly: boolean): Html {
  const doIt = button(
    "interrupt",
    { instance: instance ?? "" },
    { label: "Interrupt this worker", tone: "primary" },
  );
  return html`<section class="card stack" aria-label="What would be interrupted">
    <p><strong>${id}</strong> on ${instance ?? "no instance"} runs ${busySlots} ${busySlots === 1 ? "job" : "jobs"}. They end or are returned within the notice; no work is lost. Then the instance is replaced.</p>
    ${readOnly ? nothing : doIt} ${back}
  </section>`;
}
