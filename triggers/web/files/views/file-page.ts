// What the page of one file shows: everybody the file, its owner what can be done with it.
import type { Visitor } from "../../access/visitor.ts";
import { logTable } from "../../log/views.ts";
import { countText, sizeText } from "../../store/words.ts";
import { field } from "../../ui/field.ts";
import { type Html, html, nothing } from "../../ui/html.ts";
import { icon } from "../../ui/icons.ts";
import { madePage } from "../../ui/made.ts";
import { csrfInput, type Page } from "../../ui/page.ts";
import { kindOf } from "../file-icon.ts";
import type { SeenFile } from "../find-file.ts";
import { hoursChoice } from "./hours.ts";
import { linksCard } from "./links-card.ts";
import type { OwnView } from "./own-view.ts";
import { peopleCard } from "./people-card.ts";
import { fromOutside, timeElement, timeLeft } from "./table.ts";

export type FilePageView = {
  seen: SeenFile;
  visitor: Visitor;
  now: number;
  preview: string | undefined;
  own?: OwnView;
};

/** The page. */
export function filePage({ seen, visitor, now, preview, own }: FilePageView): Page {
  const { file } = seen;
  return {
    title: file.name,
    scripts: ["live.js"],
    actions: html`<a class="button primary" href="/files/${file.id}/download">${icon("download")} Download</a>`,
    main: html`<section class="card" aria-label="About the file" id="about" data-live="10">
        ${preview === undefined ? nothing : html`<img class="preview" src="${preview}" alt="Preview of ${file.name}" />`}
        ${facts(seen, now)}
      </section>
      ${own ? owned(seen, visitor, own, now) : nothing}`,
  };
}

function facts({ file, mine, ownerName }: SeenFile, now: number): Html {
  const { icon: name, kind } = kindOf(file.contentType);
  const { algorithm, value } = file.checksum;
  const hex = Buffer.from(value, "base64").toString("hex");
  const label = algorithm === "SHA256" ? "SHA-256" : "CRC-64/NVME";
  return html`<p>${icon(name)} ${kind}, ${sizeText(file.bytes)} ${fromOutside(file.from, file.origin)}</p>
    ${file.folder === "" ? nothing : html`<p>${icon("folder")} ${file.folder}</p>`}
    <p>${mine ? "Yours" : html`From ${ownerName}`}, added ${timeElement(file.createdAt)}</p>
    <p>Time left: ${timeLeft(file.expiresAt, now)}${mine ? `, downloaded ${countText(file.downloads, "time")}` : ""}</p>
    <p class="quiet small">${label} <span class="code">${hex}</span></p>`;
}

function owned({ file }: SeenFile, visitor: Visitor, own: OwnView, now: number): Html {
  return html`${peopleCard(file.id, visitor, own)} ${linksCard(file, visitor, own, now)}
    <section class="card" aria-labelledby="change"><h2 id="change">Change</h2>
      <form method="post" action="/files/${file.id}/name" class="search">
        ${csrfInput(visitor)}
        ${field({ name: "name", label: "Name", value: file.name, required: true, wide: true })}
        ${field({ name: "folder", label: "Folder", value: file.folder, hint: "Names between slashes, or empty" })}
        <button>${icon("edit")} Rename</button>
      </form>
      <form method="post" action="/files/${file.id}/expiry" class="search">
        ${csrfInput(visitor)} ${hoursChoice("Keep from now for", own.limits, own.limits.fileHours, "keep-hours")}
        <button>${icon("clock")} Set</button>
      </form>
      <form method="post" action="/files/selected">
        ${csrfInput(visitor)}<input type="hidden" name="file" value="${file.id}" />
        <button class="button danger" name="action" value="delete">${icon("delete")} Delete…</button>
      </form>
    </section>
    <section class="card" aria-labelledby="log"><h2 id="log">Log</h2>
      ${own.log.entries.length === 0 ? html`<p class="quiet">Nothing has happened yet.</p>` : logTable(own.log.entries, false)}
    </section>`;
}

/** Shows the address of a new link, once. */
export function madeLinkPage({ id, name }: SeenFile["file"], url: string): Page {
  return madePage({
    title: "The link is made",
    text: html`Whoever has this address gets <strong><bdi>${name}</bdi></strong>.`,
    url,
    back: html`<a class="button" href="/files/${id}">Back to the file</a>`,
  });
}
