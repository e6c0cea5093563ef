// What the page of a link shows: the file, or, before its password is known, nothing about it.
import type { FileRow } from "../../../worker/jobs/files/rows/file-row.ts";
import type { LinkRow } from "../../../worker/jobs/files/rows/link-row.ts";
import { sizeText, timeLeftText } from "../store/words.ts";
import { field } from "../ui/field.ts";
import { type Html, html, nothing } from "../ui/html.ts";
import { icon } from "../ui/icons.ts";
import { noticeView } from "../ui/notice.ts";
import type { Page } from "../ui/page.ts";

export type LinkView = {
  row: LinkRow;
  file: FileRow;
  now: number;
  /** The link itself. */
  address: string;
  problem?: string;
};

/** The page of a link that works. */
export function linkPage({ row, file, now, address, problem }: LinkView): Page {
  return {
    title: row.password === undefined ? "A file for you" : "A file behind a password",
    narrow: true,
    status: problem === undefined ? 200 : 403,
    main: html`<div class="card">
      ${problem === undefined ? nothing : noticeView({ tone: "bad", text: problem })}
      ${row.password === undefined ? about(row, file, now) : html`<p>Whoever sent you this link knows its password.</p>`}
      <form method="post" class="stack">
        ${row.password === undefined ? nothing : passwordField}
        <button class="button primary">${icon("download")} Download</button>
      </form>
      ${terminal(row, address)}
    </div>`,
  };
}

/** A download without a browser, for example to a server. */
function terminal({ password }: LinkRow, address: string): Html {
  const field = password === undefined ? '""' : "password=…";
  return html`<details>
    <summary class="quiet">From a terminal</summary>
    <pre tabindex="0"><code>curl -fLOJ -d ${field} ${address}</code></pre>
  </details>`;
}

function about({ ownerName, maxDownloads, downloads }: LinkRow, file: FileRow, now: number): Html {
  const left =
    maxDownloads === undefined ? "" : `, ${maxDownloads - downloads} of ${maxDownloads} downloads left`;
  return html`<p class="filename"><strong><bdi>${file.name}</bdi></strong></p>
    <p class="quiet">
      ${sizeText(file.bytes)}, from ${ownerName}, ${timeLeftText(Date.parse(file.expiresAt), now)} left${left}
    </p>`;
}

/** The field for a link's password. */
const passwordField: Html = field({
  name: "password",
  label: "Password",
  type: "password",
  required: true,
  autocomplete: "off",
  maxLength: 1000,
});
