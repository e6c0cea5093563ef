// What the text depends on at a place in an HTML body.
import type { Layout, Mark } from "./text-layout.ts";

export type List = { ordered: boolean; next: number };
export type Link = { address: string; from: Mark };

/** A place in the body: what is open there. */
export type Place = {
  layout: Layout;
  /** The element that hides all up to its end, and how many of its name are open. */
  hidden: { name: string; depth: number } | undefined;
  preformatted: number;
  lists: List[];
  link: Link | undefined;
  /** Whether styles may hide elements, and what they say. */
  heedStyles: boolean;
  sheet: string;
  hiddenClasses: Set<string>;
};
