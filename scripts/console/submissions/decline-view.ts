// The page before several submissions are declined: which can be, which stay, and each author's mail as it would be sent.
import { choice } from "../../../triggers/web/ui/field.ts";
import { type Html, html, nothing } from "../../../triggers/web/ui/html.ts";
import { type DeclineTemplate, declineTemplates } from "../../../worker/jobs/mail/answers/outgoing-mail.ts";
import { declinedText, declineTemplateWords } from "../../../worker/jobs/mail/send-mail/declined.ts";
import { counted } from "../../cli/format.ts";
import type { Declinable } from "../../desk/decline.ts";
import { revealView } from "../jobs/reveal-view.ts";
import { storyAddress } from "./list-view.ts";

/** What the page shows. Addresses and titles are masked already. */
export type ShownDecline = {
  open: readonly Declinable[];
  others: readonly Declinable[];
  template: DeclineTemplate | undefined;
  masked: boolean;
  reveal: boolean;
  readOnly: boolean;
};

/** The content of the page. */
export function declineView(shown: ShownDecline): Html {
  const { open, others, template, readOnly } = shown;
  const mails = template === undefined ? [] : open.filter(({ to }) => to !== undefined);
  return html`<section class="card stack" aria-label="What would be declined">
      <p><strong>${counted(open.length, "submission")}</strong> would be declined, and <strong>${counted(mails.length, "mail")}</strong> sent.</p>
      ${others.length === 0 ? nothing : html`<ul>${others.map(({ story }) => html`<li class="quiet">${nameOf(story)} is ${stateOf(story)}: it stays so</li>`)}</ul>`}
      ${templateForm(shown)} ${revealView({ ...shown, address: addressOf(shown) })}
    </section>
    ${open.map((each) => mailView(each, template))}
    <section class="card stack" aria-label="Decide">
      ${open.length === 0 || readOnly ? nothing : declineForm(shown, mails.length)}
      <p><a href="/submissions">Back, and do nothing</a></p>
    </section>`;
}

const nameOf = ({ reference, id }: Declinable["story"]) => reference ?? id;
const stateOf = ({ state, editor }: Declinable["story"]) =>
  state === "reading" ? `read by ${editor}` : state;

/** The page's address with the same choice. Ids of those that stay are in it, so that the page goes on to say so. */
function addressOf({ open, others, template }: ShownDecline): string {
  const query = new URLSearchParams();
  for (const { story } of [...open, ...others]) query.append("id", story.id);
  if (template !== undefined) query.append("template", template);
  return `/submissions/decline?${query}`;
}

function templateForm({ open, others, template, reveal }: ShownDecline): Html {
  const words = declineTemplates.map((value) => ({ value, label: declineTemplateWords[value] }));
  return html`<form class="search" action="/submissions/decline">
    ${[...open, ...others].map(({ story }) => html`<input type="hidden" name="id" value="${story.id}" />`)}
    ${reveal ? html`<input type="hidden" name="reveal" value="1" />` : nothing}
    ${choice({
      ...{ name: "template", label: "Mail to the authors", value: template ?? "" },
      options: [{ value: "", label: "none" }, ...words],
      wide: true,
    })}
    <button class="button">Preview the mails</button>
  </form>`;
}

function mailView({ story, ...mail }: Declinable, template: DeclineTemplate | undefined): Html {
  const name = nameOf(story);
  const head = html`<p><a href="${storyAddress(story.id)}"><strong>${name}</strong></a> <span class="state">${story.state}</span></p>`;
  if (template === undefined)
    return html`<article class="card" aria-label="Submission ${name}">${head}</article>`;
  if (mail.to === undefined)
    return html`<article class="card" aria-label="Submission ${name}">${head}
      <p class="quiet">No mail: ${"why" in mail ? mail.why : ""}</p></article>`;
  const { subject, text } = declinedText(template, { reference: name, subject: story.subject });
  return html`<article class="card stack" aria-label="Submission ${name}">${head}
    <dl class="facts"><dt>To</dt><dd>${mail.to}</dd><dt>Subject</dt><dd>${subject}</dd></dl>
    <pre class="code" tabindex="0" aria-label="Mail to the author of ${name}">${text}</pre>
  </article>`;
}

function declineForm({ open, template }: ShownDecline, mails: number): Html {
  const sends = mails === 0 ? "" : ` and send ${counted(mails, "mail")}`;
  return html`<form method="post" action="/submissions/decline" class="row">
    ${open.map(({ story }) => html`<input type="hidden" name="id" value="${story.id}" />`)}
    ${template === undefined ? nothing : html`<input type="hidden" name="template" value="${template}" />`}
    <button class="button danger">Decline ${open.length}${sends}</button>
  </form>`;
}
