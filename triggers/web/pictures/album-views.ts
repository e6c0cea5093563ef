// The pages of albums: all of a person's, and one with its pictures and contact sheets.
import type { Visitor } from "../access/visitor.ts";
import { type Html, html, nothing } from "../ui/html.ts";
import { icon } from "../ui/icons.ts";
import type { Page } from "../ui/page.ts";
import type { Album, Sheet } from "./albums.ts";
import { pictureGrid, pictureTabs } from "./grid-view.ts";
import type { ListedPicture } from "./picture-row.ts";
import { addressPart, albumName } from "./places.ts";

const pictures = (count: number) => `${count} ${count === 1 ? "picture" : "pictures"}`;

/** All albums. */
export function albumsView({ id }: Visitor, albums: readonly Album[]): Page {
  return {
    title: "Albums",
    styles: ["pictures.css"],
    scripts: ["live.js"],
    main: html`${pictureTabs("/pictures/albums", false)}
      <section id="albums" data-live="10" aria-label="Albums">
        ${albums.length === 0 ? noAlbums : nothing}
        <ul class="albums">
          ${albums.map(
            (album) =>
              html`<li data-key="${addressPart(album.album)}" class="card">
                ${icon("picture")}
                <a href="/pictures/albums/${addressPart(album.album)}"><bdi>${albumName(album.album, id)}</bdi></a>
                <span class="quiet">${pictures(album.pictures)}</span>
              </li>`,
          )}
        </ul>
      </section>`,
  };
}

const noAlbums = html`<div class="empty">
  ${icon("picture")}
  <p><strong>There are no albums yet.</strong></p>
  <p class="quiet">An album begins with its first picture. <a href="/pictures">Send one.</a></p>
</div>`;

type AlbumPage = {
  visitor: Visitor;
  album: Album;
  pictures: readonly ListedPicture[];
  next?: string;
  sheets: readonly Sheet[];
};

/** One album. */
export function albumView({ visitor, album, pictures: shown, next, sheets }: AlbumPage): Page {
  const address = `/pictures/albums/${addressPart(album.album)}`;
  return {
    title: albumName(album.album, album.owner),
    styles: ["pictures.css"],
    scripts: ["live.js"],
    main: html`${pictureTabs("", false)}
      <section id="album" class="album" data-live="5" aria-label="Pictures of the album">
        <p class="quiet">${pictures(album.pictures)}, last added first.</p>
        ${shown.length === 0 ? html`<p class="quiet">Nothing to see on this page.</p>` : pictureGrid(shown, visitor)}
        ${
          next === undefined
            ? nothing
            : html`<p class="more"><a class="button" href="${address}?before=${next}">Earlier pictures</a></p>`
        }
        <h2>Contact sheets</h2>
        ${sheets.length === 0 ? noSheets : sheetList(address, sheets)}
      </section>`,
  };
}

const noSheets = html`<p class="quiet">
  Every tenth picture of an album makes a contact sheet of the last ten. It appears here by itself.
</p>`;

function sheetList(address: string, sheets: readonly Sheet[]): Html {
  return html`<ul class="sheets">
    ${sheets.map(
      ({ threshold, width, height }) =>
        html`<li data-key="${threshold}">
          <a href="${address}/sheets/${threshold}">
            <img
              src="${address}/sheets/${threshold}"
              alt="Contact sheet of ${threshold} pictures"
              width="${width}"
              height="${height}"
              loading="lazy"
            />
          </a>
        </li>`,
    )}
  </ul>`;
}
