// Where files are dropped or chosen. The client script `files.js` or `pictures.js` brings it to life; without scripts it says
// what else there is.
import { field } from "./field.ts";
import { type Html, html, nothing } from "./html.ts";
import { icon } from "./icons.ts";

export type UploadArea = {
  /** What the files become. Tells the script which addresses to use. */
  purpose: "files" | "pictures" | "anonymous-pictures" | "request";
  title: string;
  hint: string;
  /** Media types that the file dialog offers first. */
  accept?: string;
  /** Folders may be chosen and keep their structure. */
  folders?: boolean;
  /** What else an upload takes. The names of these fields are sent along. Nothing is sent while one is wrong. */
  fields?: Html;
  /** The fields stand above the area: nothing can be sent without them. */
  fieldsFirst?: boolean;
  /** A second place beside the first: what is dropped there also gets a link. */
  links?: boolean;
  /** The token of a request's link. */
  token?: string;
  /** Largest file in bytes; larger ones are refused before they are sent. */
  maxBytes?: number;
};

/** The area with its list of uploads. */
export function uploadArea(area: UploadArea): Html {
  const { purpose, fields = nothing, fieldsFirst = false, token, maxBytes } = area;
  return html`<section
    class="uploads card"
    id="uploads"
    aria-label="Upload"
    data-purpose="${purpose}"
    ${token === undefined ? nothing : html`data-token="${token}"`}
    ${maxBytes === undefined ? nothing : html`data-max-bytes="${maxBytes}"`}
  >
    ${fieldsFirst ? fields : nothing}
    <div class="places">${dropPlace(area)} ${area.links ? linkPlace : nothing}</div>
    ${fieldsFirst ? nothing : fields}
    ${progress}
  </section>`;
}

function dropPlace({ title, hint, accept, folders = false }: UploadArea): Html {
  return html`<div class="drop" data-drop>
    ${icon("upload")}
    <p><strong>${title}</strong></p>
    <p class="choose">
      <label class="button primary">
        Choose files<input class="unseen" type="file" multiple data-files ${accept ? html`accept="${accept}"` : ""} />
      </label>
      ${
        folders
          ? html`<label class="button">
              Choose a folder<input class="unseen" type="file" webkitdirectory data-folder />
            </label>`
          : nothing
      }
    </p>
    <p class="quiet">${hint}</p>
    <noscript><p>Sending files needs JavaScript. The API and the commands do without.</p></noscript>
  </div>`;
}

/** One action from a file to a link that can be sent to anybody. Its fields are sent with what is dropped here only. */
const linkPlace = html`<div class="drop" data-drop-link>
  ${icon("link")}
  <p><strong>Drop here, get a link</strong></p>
  <p class="choose">
    <label class="button">
      Choose files and get links<input class="unseen" type="file" multiple data-link-files />
    </label>
  </p>
  <p class="quiet">Each file gets a link. Whoever has it can download the file until its time is over.</p>
  <details>
    <summary>Password, number of downloads</summary>
    <div class="search">
      ${field({ name: "link-password", label: "Password", type: "password", hint: "Empty: none", minLength: 4, autocomplete: "new-password" })}
      ${field({ name: "link-downloads", label: "Downloads", type: "number", min: 1, hint: "Empty: any number" })}
    </div>
  </details>
</div>`;

/** All uploads together, and each of them. */
const progress = html`<div class="upload-total" data-total hidden>
    <p><span data-total-text></span></p>
    <progress max="1" value="0" aria-label="All uploads"></progress>
    <p class="actions">
      <button type="button" data-pause>Pause</button>
      <button type="button" data-retry hidden>Retry all failed</button>
      <button type="button" data-copy-links hidden>Copy all links</button>
      <button type="button" data-clear hidden>Clear finished</button>
    </p>
  </div>
  <p class="notice" data-junk hidden></p>
  <ul class="upload-list" data-list aria-label="Uploads"></ul>
  <div class="unseen" data-announce role="status" aria-live="polite"></div>`;
