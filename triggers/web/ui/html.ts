// HTML by template strings. Everything put into an `html` template is escaped, but for other templates' results.
import { html } from "hono/html";

export { html };

/** A piece of HTML. */
export type Html = ReturnType<typeof html>;

/** Nothing. */
export const nothing: Html = html``;
