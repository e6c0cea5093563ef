// The page of one picture. Arrow keys lead to its neighbours and Esc back to the list; so do the links.
import { once } from "../../../worker/fleet/once.ts";
import type { Visitor } from "../access/visitor.ts";
import { type Html, html, nothing } from "../ui/html.ts";
import { icon } from "../ui/icons.ts";
import { csrfInput, type Page } from "../ui/page.ts";
import { listAddress } from "./grid-view.ts";
import type { ReadyPicture } from "./picture-row.ts";
import { addressPart, nameOfKey } from "./places.ts";

type Shown = {
  shown: ReadyPicture;
  newer?: ReadyPicture;
  older?: ReadyPicture;
  /** Name of the album. */
  album: string;
  visitor: Visitor;
};

const dateText = once(
  () => new Intl.DateTimeFormat("en-GB", { dateStyle: "long", timeStyle: "short", timeZone: "UTC" }),
);

/** The page. */
export function pictureView({ shown, newer, older, album, visitor }: Shown): Page {
  const id = addressPart(shown.key);
  const name = nameOfKey(shown.key);
  return {
    title: name,
    styles: ["pictures.css"],
    scripts: ["picture-keys.js"],
    actions: html`<a class="button" href="${listAddress(shown.owner)}" data-escape>${icon("close")} All pictures</a>`,
    main: html`<figure class="large">
        <img src="/pictures/${id}/image" alt="${name}" width="${shown.width}" height="${shown.height}" />
        <figcaption class="quiet">
          ${shown.width} × ${shown.height} pixels · ${dateText().format(new Date(shown.createdAt))} UTC · Album
          <a href="/pictures/albums/${addressPart(shown.album)}"><bdi>${album}</bdi></a>
          ${(shown.notes ?? []).map(({ text }) => html`<br />${text}`)}
        </figcaption>
      </figure>
      <nav class="neighbours" aria-label="Neighbours">
        ${neighbour(newer, "prev", "Newer")} ${neighbour(older, "next", "Older")}
      </nav>
      <details class="danger">
        <summary>${icon("delete")} Delete this picture…</summary>
        <form method="post" action="/pictures/${id}/delete">
          ${csrfInput(visitor)}
          <p>It also leaves its album. This cannot be undone.</p>
          <button class="button danger sure">Delete</button>
        </form>
      </details>`,
  };
}

function neighbour(picture: ReadyPicture | undefined, rel: "prev" | "next", word: string): Html {
  if (picture === undefined) return nothing;
  return html`<a class="button" rel="${rel}" href="/pictures/${addressPart(picture.key)}">${word}</a>`;
}
