// The type of a piece of page. Everything put into an `html` template is escaped by Hono.
import type { html } from "hono/html";

export type Html = ReturnType<typeof html>;
