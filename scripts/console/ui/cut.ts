// Long texts on pages.

/** A text that is cut for a line; its page has all of it. */
export function cut(text: string, most = 64): string {
  const characters = [...text];
  return characters.length <= most ? text : `${characters.slice(0, most - 1).join("")}…`;
}
