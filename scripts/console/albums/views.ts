// Albums as pages: the last ones with some of their pictures, and one with all of them and its contact sheets.
import { type Html, html, nothing } from "../../../triggers/web/ui/html.ts";
import { pager } from "../../../triggers/web/ui/table.ts";
import { counted } from "../../cli/format.ts";
import { jobAddress } from "../jobs/filter.ts";
import { revealView } from "../jobs/reveal-view.ts";
import { albumAddress, pictureAddress, sheetAddress } from "./addresses.ts";
import type { AlbumPage } from "./read-album.ts";
import type { AlbumsPage, ListedAlbum, ListedPicture } from "./read-albums.ts";

/** Pictures of an album in the list. */
const shownPictures = 6;

/** How a page is shown: `first` is its first page's address, where it is not the first itself. */
export type AlbumShowing = { reveal: boolean; first: string | undefined };

/** The address of the list. */
export const albumsAddress = "/results/albums";

/** All albums, those of the last pictures first. */
export function albumsView({ albums, masked, next }: AlbumsPage, { reveal, first }: AlbumShowing): Html {
  return html`<section class="stack" aria-label="Albums">
    ${revealView({ masked, reveal, address: albumsAddress })}
    ${
      albums.length === 0
        ? html`<p class="card empty">${next === undefined ? "No picture has been made yet. Add one and its album appears here." : "None on this page: its pictures are no longer there. The list goes on."}</p>`
        : html`<ul class="albums">
            ${albums.map(albumCard)}
          </ul>`
    }
    ${pager({
      first,
      next: next === undefined ? undefined : `${albumsAddress}?${query({ before: next, reveal })}`,
      shown: `${counted(albums.length, "album")} on this page, by their newest pictures${next === undefined ? "" : "; one with older pictures comes again"}`,
    })}
  </section>`;
}

const query = ({ before, reveal }: { before: string; reveal: boolean }): URLSearchParams =>
  new URLSearchParams({ before, ...(reveal && { reveal: "1" }) });

function albumCard({ album, count, sheet, pictures }: ListedAlbum): Html {
  return html`<li class="card stack">
    <p class="bar">
      <a class="name" href="${albumAddress(album.ref)}"><strong><bdi>${shownName(album.shown)}</bdi></strong></a>
      <span class="quiet">${counted(count, "picture")}</span>
    </p>
    <ul class="thumbs">
      ${pictures.slice(0, shownPictures).map((picture) => html`<li>${thumbnail(album.ref, picture)}</li>`)}
    </ul>
    ${sheet === undefined ? nothing : html`<p class="small">${sheetLink(album.ref, sheet.threshold)}, ${jobLink(sheet.jobId, `its job, of the sheet at ${sheet.threshold} of ${album.shown}`)}</p>`}
  </li>`;
}

/** A person's pictures without a folder are an album, too; its name begins with a slash. */
export const shownName = (name: string): string =>
  name.startsWith("/") ? `without a folder, of ${name.slice(1)}` : name;

/** Leads to the job of the picture: what made it is what an operator looks for. */
const thumbnail = (ref: string, { name, ordinal, jobId }: ListedPicture): Html =>
  html`<a href="${jobAddress(jobId)}" title="${name}"><img src="${pictureAddress(ref, ordinal)}" alt="${name}" loading="lazy" width="96" height="96" /></a>`;

const sheetLink = (ref: string, threshold: number): Html =>
  html`<a href="${sheetAddress(ref, threshold)}" target="_blank" rel="noopener">Contact sheet at ${threshold} pictures</a>`;

const jobLink = (jobId: string, label: string): Html =>
  html`<a href="${jobAddress(jobId)}" aria-label="${label}">its job</a>`;

/** One album. */
export function albumView(page: AlbumPage, { reveal, first }: AlbumShowing): Html {
  const { album, count, pictures, sheets, masked, next } = page;
  const address = albumAddress(album.ref);
  return html`<p class="way"><a href="${albumsAddress}">All albums</a></p>
    ${revealView({ masked, reveal, address })}
    ${sheets.length === 0 ? nothing : sheetsView(album.ref, sheets)}
    <section class="card stack" aria-labelledby="pictures-title">
      <h2 id="pictures-title">Pictures</h2>
      <p class="quiet">${counted(count, "picture")} in the album now, the last joined first. Each leads to its job.</p>
      ${
        pictures.length === 0
          ? html`<p>Nothing to see on this page.</p>`
          : html`<ul class="pictures">
              ${pictures.map((picture) => html`<li>${thumbnail(album.ref, picture)}<span class="name small">${picture.name}</span></li>`)}
            </ul>`
      }
      ${pager({
        first,
        next: next === undefined ? undefined : `${address}&${query({ before: next, reveal })}`,
        shown: `${pictures.length} on this page`,
      })}
    </section>`;
}

function sheetsView(ref: string, sheets: AlbumPage["sheets"]): Html {
  return html`<section class="card stack" aria-labelledby="sheets-title">
    <h2 id="sheets-title">Contact sheets</h2>
    <ul class="sheets">
      ${sheets.map(
        ({ threshold, shown, missing, jobId }) =>
          html`<li>
            <a href="${sheetAddress(ref, threshold)}" target="_blank" rel="noopener"
              ><img src="${sheetAddress(ref, threshold)}" alt="Contact sheet at ${threshold} pictures" loading="lazy" width="320" height="168"
            /></a>
            <span class="small">at ${threshold}: ${shown} shown${missing === 0 ? "" : `, ${missing} no longer there`}, ${jobLink(jobId, `its job, of the sheet at ${threshold}`)}</span>
          </li>`,
      )}
    </ul>
  </section>`;
}
