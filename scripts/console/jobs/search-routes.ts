// The routes of the search: one thing that was found is shown at once, several are listed.
import { Hono } from "hono";
import { type Html, html } from "../../../triggers/web/ui/html.ts";
import { maskedText } from "../../cli/mask.ts";
import { type JobsRoutes, page } from "./routes.ts";
import { type Found, search } from "./search.ts";

/** Creates the routes. */
export function searchRoutes(options: Pick<JobsRoutes, "db" | "names" | "kinds" | "frame" | "seals">): Hono {
  const routes = new Hono();
  const { frame } = options;
  routes.get("/search", async (context) => {
    const asked = context.req.query("q") ?? "";
    const found = await search(options, asked);
    const [only] = found;
    if (found.length === 1 && only !== undefined) return context.redirect(only.address, 303);
    const shown = maskedText(asked);
    // Without the link where it would repeat an address that was asked for.
    const json = shown === asked ? `/api/search?${new URLSearchParams({ q: asked })}` : undefined;
    const look = { frame, title: "Search", at: "/jobs", ...(json !== undefined && { json }) };
    return page(context, { ...look, main: foundView(shown, found) });
  });
  routes.get("/api/search", async (context) =>
    context.json({ v: 1, found: await search(options, context.req.query("q") ?? "") }),
  );
  return routes;
}

function foundView(asked: string, found: readonly Found[]): Html {
  if (found.length === 0)
    return html`<section class="card stack">
      <p>Nothing is called <code>${asked}</code>.</p>
      <p class="quiet">
        A whole name is looked up: a job's id, a message group, a picture's key with its folder, a mail's reference such as
        K7Q2-9MPD, or a submission's or a mail's id. For a part of a picture's key or of a file's name, choose the kind under
        <a href="/jobs?state=ended">Ended</a> and use “Name contains”.
      </p>
      <p><a href="/jobs">All jobs</a></p>
    </section>`;
  return html`<section class="card">
    <ul>
      ${found.map(({ address, what }) => html`<li><a href="${address}">${what}</a></li>`)}
    </ul>
  </section>`;
}
