// Help inside the console: its words, and the pages of docs/ and the runbooks, so that no link leads out of it. Read once at the start.
import { readdirSync, readFileSync } from "node:fs";
import { type Context, Hono } from "hono";
import { type Html, html } from "../../../triggers/web/ui/html.ts";
import { type Frame, frameView } from "../ui/frame.ts";
import { glossary } from "./glossary.ts";
import { markdownPage } from "./markdown.ts";

const docs = new URL("../../../docs/", import.meta.url);
const folders = ["", "runbooks/"] as const;

/** Names of the pages in a folder, without their ending. */
const namesIn = (folder: string) =>
  readdirSync(new URL(folder, docs))
    .filter((name) => name.endsWith(".md") && name !== "README.md")
    .map((name) => name.slice(0, -".md".length));

/** Creates the routes. */
export function helpRoutes(frame: Frame): Hono {
  const routes = new Hono();
  const known = new Map(folders.map((folder) => [folder as string, namesIn(folder)]));
  const show = (context: Context, title: string, main: Html, status: 200 | 404 = 200) =>
    context.html(frameView({ frame, title, at: "/help", main }), status);
  const page = (context: Context, folder: string) => {
    const name = context.req.param("page") ?? "";
    if (known.get(folder)?.includes(name) !== true)
      return show(
        context,
        "Nothing here",
        html`<p class="card">There is no such page. <a href="/help">Help</a></p>`,
        404,
      );
    const { title, body } = markdownPage(readFileSync(new URL(`${folder}${name}.md`, docs), "utf8"), folder);
    return show(
      context,
      title,
      html`<article class="card stack prose">${body}</article><p class="way"><a href="/help">All help</a></p>`,
    );
  };
  let help: Html | undefined;
  routes.get("/help", (context) => {
    help ??= helpView(known);
    return show(context, "Help", help);
  });
  routes.get("/help/runbooks/:page", (context) => page(context, "runbooks/"));
  routes.get("/help/:page", (context) => page(context, ""));
  return routes;
}

/** The words of a page's first heading. */
const titleOf = (folder: string, name: string): string =>
  markdownPage(readFileSync(new URL(`${folder}${name}.md`, docs), "utf8"), folder).title;

function helpView(known: ReadonlyMap<string, readonly string[]>): Html {
  return html`<section class="card stack" aria-labelledby="words-of-pages">
      <h2 id="words-of-pages">Words of these pages</h2>
      <dl class="facts">
        ${Object.entries(glossary).map(
          ([id, [word, meaning]]) => html`<dt id="${id}">${word}</dt>
            <dd>${meaning}</dd>`,
        )}
      </dl>
    </section>
    <section class="card stack" aria-labelledby="pages-title">
      <h2 id="pages-title">Pages</h2>
      <ul>
        ${[
          "console",
          "console-measured",
          "console-compared",
          "actions",
          "operate",
          "dead-letters",
          "outages",
          "scaling",
          "mail",
        ].map((name) => html`<li><a href="/help/${name}">${titleOf("", name)}</a></li>`)}
      </ul>
    </section>
    <section class="card stack" aria-labelledby="runbooks-title">
      <h2 id="runbooks-title">Runbooks</h2>
      <ul>
        ${(known.get("runbooks/") ?? []).map((name) => html`<li><a href="/help/runbooks/${name}">${titleOf("runbooks/", name)}</a></li>`)}
      </ul>
    </section>`;
}
