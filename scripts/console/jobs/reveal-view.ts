// The line that says that a page masks something, or shows what it usually masks.
import { type Html, html, nothing } from "../../../triggers/web/ui/html.ts";
import { icon } from "../../../triggers/web/ui/icons.ts";

/** What decides on the line. `address` is the page's, without `reveal`. */
export type Revealing = { masked: boolean; reveal: boolean; address: string };

/** The line; nothing where nothing is masked. */
export function revealView({ masked, reveal, address }: Revealing): Html {
  if (reveal)
    return html`<p class="row">
      <span class="badge warn">Names, addresses and texts of people are shown.</span> <a class="button" href="${address}">Mask them</a>
    </p>`;
  if (!masked) return nothing;
  return html`<p class="row">
    <span class="quiet">Names, addresses and texts that people wrote are masked.</span>
    <a class="button" href="${revealed(address)}">${icon("person")} <span>Show them</span></a>
  </p>`;
}

const revealed = (address: string): string => `${address}${address.includes("?") ? "&" : "?"}reveal=1`;
