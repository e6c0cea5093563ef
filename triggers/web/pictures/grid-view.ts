// The page of a person's pictures: where to drop new ones, and the grid, newest first. The grid renews itself.
import type { Visitor } from "../access/visitor.ts";
import { type Html, html, nothing } from "../ui/html.ts";
import { icon } from "../ui/icons.ts";
import { csrfInput, type Page } from "../ui/page.ts";
import { uploadArea } from "../ui/upload-area.ts";
import { acceptedPictures, maxPictureBytes, pictureFormats } from "./accept.ts";
import type { Album } from "./albums.ts";
import type { ListedPicture } from "./picture-row.ts";
import { addressPart, albumChoice, anonymous, maxAlbumName, nameOfKey } from "./places.ts";

type Grid = {
  visitor: Visitor;
  owner: string;
  pictures: readonly ListedPicture[];
  next?: string;
  albums: readonly Album[];
  /** The first page of the list: the one with the upload area. */
  first: boolean;
  /** Anyone may send pictures. */
  anonymous: boolean;
};

/** The page. */
export function gridView({ visitor, owner, pictures, next, albums, first, anonymous: open }: Grid): Page {
  const own = owner === visitor.id;
  const more = next === undefined ? undefined : `/pictures?${own ? "" : "from=anyone&"}after=${next}`;
  return {
    title: own ? "Pictures" : "Pictures from anyone",
    styles: ["uploads.css", "pictures.css"],
    scripts: ["pictures.js", "live.js"],
    main: html`${pictureTabs(own ? "/pictures" : "/pictures?from=anyone", visitor.admin && open)}
      ${own && first ? newPictures(visitor, albums) : nothing}
      <section id="pictures" data-live="5" aria-label="Pictures, newest first">
        ${pictures.length === 0 ? empty(own, first) : pictureGrid(pictures, visitor)}
        ${more === undefined ? nothing : html`<p class="more"><a class="button" href="${more}">Older pictures</a></p>`}
      </section>`,
  };
}

/** The tabs of all pictures' pages. */
export function pictureTabs(current: string, anyone: boolean): Html {
  const tabs = [
    { path: "/pictures", name: "Newest" },
    { path: "/pictures/albums", name: "Albums" },
    ...(anyone ? [{ path: "/pictures?from=anyone", name: "From anyone" }] : []),
  ];
  return html`<nav class="tabs" aria-label="Pictures">
    ${tabs.map(
      ({ path, name }) =>
        html`<a href="${path}" ${path === current ? html`aria-current="page"` : ""}>${name}</a>`,
    )}
  </nav>`;
}

function newPictures({ id }: Visitor, albums: readonly Album[]): Html {
  const names = albums.map(({ album }) => albumChoice(album, id)).filter((name) => name !== "");
  return uploadArea({
    purpose: "pictures",
    title: "Drop pictures here",
    hint: `${pictureFormats}, each at most ${maxPictureBytes / 1024 ** 2} MB.`,
    accept: acceptedPictures,
    maxBytes: maxPictureBytes,
    fields: html`<p class="field">
      <label for="album">Album <span class="quiet">(empty: My pictures)</span></label>
      <input id="album" name="album" list="albums" maxlength="${maxAlbumName}" autocomplete="off" />
      <datalist id="albums">
        ${names.map((name) => html`<option value="${name}"></option>`)}
      </datalist>
    </p>`,
  });
}

/** Pictures side by side. A refused one says why. */
export function pictureGrid(pictures: readonly ListedPicture[], visitor: Visitor): Html {
  return html`<ul class="grid">
    ${pictures.map((picture) => cell(picture, visitor))}
  </ul>`;
}

function cell(picture: ListedPicture, visitor: Visitor): Html {
  const id = addressPart(picture.key);
  const name = nameOfKey(picture.key);
  if (picture.state === "refused")
    return html`<li class="refused" data-key="${id}">
      ${icon("alert")}
      <p class="name"><bdi>${name}</bdi></p>
      <p>${picture.reason}</p>
      <form method="post" action="/pictures/${id}/delete">
        ${csrfInput(visitor)}<button class="plain">${icon("delete")} Delete<span class="unseen"> ${name}</span></button>
      </form>
    </li>`;
  return html`<li data-key="${id}">
    <a href="/pictures/${id}">
      <img
        src="/pictures/${id}/image"
        alt="${name}"
        width="${picture.width}"
        height="${picture.height}"
        loading="lazy"
        decoding="async"
      />
    </a>
  </li>`;
}

function empty(own: boolean, first: boolean): Html {
  if (!first) return html`<p class="quiet">There are no older pictures.</p>`;
  return html`<div class="empty">
    ${icon("picture")}
    <p><strong>There are no pictures yet.</strong></p>
    <p class="quiet">
      ${own ? "Drop some above. Each appears here by itself when it is ready." : "What people send at /send-pictures appears here."}
    </p>
  </div>`;
}

/** The page that a picture's owner comes back to. */
export const listAddress = (owner: string): `/${string}` =>
  owner === anonymous ? "/pictures?from=anyone" : "/pictures";
