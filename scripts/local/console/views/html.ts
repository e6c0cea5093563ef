// The type of a piece of HTML. Hono escapes everything put into an `html` template.
import type { html } from "hono/html";

export type Html = ReturnType<typeof html>;
