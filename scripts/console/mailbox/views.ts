// The mailbox's pages: the list of sent mails and one mail in full. Everything in a mail is escaped.
import { type Html, html } from "../../../triggers/web/ui/html.ts";
import { timeOfDay } from "../ui/time.ts";
import type { ReadableMail } from "./read-mail.ts";

/** The newest mails in the mailbox, and how many there are in all. */
export type ShownMails = { mails: readonly ReadableMail[]; total: number };

/** The live part of the list. */
export function mailsView({ mails, total }: ShownMails): Html {
  const more = total > mails.length ? `, showing the newest ${mails.length}` : "";
  const count = total === 1 ? "1 mail" : `${total} mails`;
  return html`<p id="mail-count" class="hint">${count}${more}. Nothing leaves this machine.</p>
    <section class="card wide" id="mailbox" aria-labelledby="mailbox-title">
      <h2 id="mailbox-title">Sent mails</h2>
      ${mails.length === 0 ? empty : table(mails)}
    </section>`;
}

const empty = html`<p class="empty">
  Nothing was sent yet. Send a mail to the submissions address by SMTP, and its confirmation appears here.
</p>`;

/** With explicit roles: narrow screens lay out the rows as grids, which can hide the table from screen readers. */
function table(mails: readonly ReadableMail[]): Html {
  return html`<table class="mails" role="table">
    <thead role="rowgroup">
      <tr role="row">
        <th role="columnheader" scope="col">Subject</th>
        <th role="columnheader" scope="col">To</th>
        <th role="columnheader" scope="col" class="number">Sent</th>
      </tr>
    </thead>
    <tbody role="rowgroup">
      ${mails.map(row)}
    </tbody>
  </table>`;
}

function row({ messageId, subject, to, sentAt }: ReadableMail): Html {
  return html`<tr role="row" id="mail-${messageId}">
    <th role="rowheader" scope="row"><a class="name" href="/mail/${messageId}">${subject}</a></th>
    <td role="cell" class="name">${to}</td>
    <td role="cell" class="number">${timeOfDay(sentAt)}</td>
  </tr>`;
}

/** Headers shown first; the others are below. */
const first = ["from", "to", "date", "in-reply-to", "auto-submitted"];

/** One mail in full. */
export function mailView(mail: ReadableMail): Html {
  const { messageId, headers, text, html: source, attachments, bytes } = mail;
  const known = headers.filter(([name]) => first.includes(name.toLowerCase()));
  return html`<article class="card wide mail" aria-label="Mail">
    <p><a href="/mail">All mails</a></p>
    <dl>
      ${known.map(headerView)}
      <dt>Envelope</dt>
      <dd>${mail.from} to ${mail.to}</dd>
    </dl>
    <pre class="body" tabindex="0" aria-label="Text of the mail">${text}</pre>
    ${attachments.length === 0 ? "" : attachmentsView(attachments)}
    ${source === "" ? "" : details("HTML body, as source", html`<pre tabindex="0">${source}</pre>`)}
    ${details(`All headers (${headers.length})`, html`<dl>${headers.map(headerView)}</dl>`)}
    <p><a href="/mail/${messageId}/raw" download>Save the mail as it was sent</a> (${bytes} bytes)</p>
  </article>`;
}

function headerView([name, value]: readonly [string, string]): Html {
  return html`<dt>${name}</dt>
    <dd>${value}</dd>`;
}

const details = (summary: string, content: Html): Html => html`<details>
  <summary>${summary}</summary>
  ${content}
</details>`;

function attachmentsView(attachments: ReadableMail["attachments"]): Html {
  return html`<h3>Attachments</h3>
    <ul>
      ${attachments.map(
        ({ name, contentType, bytes }) => html`<li class="name">${name}, ${contentType}, ${bytes} bytes</li>`,
      )}
    </ul>`;
}
