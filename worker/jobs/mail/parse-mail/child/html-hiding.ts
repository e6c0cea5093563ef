// Where a hidden element of an HTML body ends: by its end tag, or where that may be left out.
import { impliedEnds } from "./html-elements.ts";
import type { Place } from "./html-place.ts";

/** Whether an element opens within a hidden one, and does not end that. */
export function staysHidden(name: string, place: Place): boolean {
  const { hidden } = place;
  if (hidden === undefined) return false;
  if (impliedEnds.get(hidden.name)?.has(name) === true) {
    place.hidden = undefined;
    return false;
  }
  if (name === hidden.name) hidden.depth += 1;
  return true;
}

/** Whether an end tag stands in a hidden element or ends it. */
export function endsHidden(name: string, place: Place): boolean {
  const { hidden } = place;
  if (hidden === undefined) return false;
  if (name === hidden.name) hidden.depth -= 1;
  // The end of a block around a paragraph ends the paragraph.
  const around = hidden.name === "p" && name !== "p" && impliedEnds.get("p")?.has(name) === true;
  if (around || hidden.depth === 0) place.hidden = undefined;
  return !around;
}
