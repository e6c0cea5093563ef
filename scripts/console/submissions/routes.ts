// The routes of submissions: lists by state, one with its parts, and the desk's decisions by the desk's own code. A submission's row
// keeps who decided and when, so a decision on one is on record without an audit row.
import { type Context, Hono } from "hono";
import { bodyLimit } from "hono/body-limit";
import { type Html, html } from "../../../triggers/web/ui/html.ts";
import { noticeView } from "../../../triggers/web/ui/notice.ts";
import { FleetError } from "../../../worker/fleet/errors.ts";
import { changeState } from "../../desk/change-state.ts";
import { deskStates, rowStates } from "../../desk/states.ts";
import { findStory, NoSuchStory, type Story, storyNameOf } from "../../desk/story.ts";
import { isRevealed, shownTexts } from "../masking/reveal.ts";
import { type Frame, frameView } from "../ui/frame.ts";
import { addDecline, declinedNotice } from "./decline-routes.ts";
import { storyAddress, submissionsView } from "./list-view.ts";
import type { SubmissionsOptions } from "./options.ts";
import { BadCursor, type Pile, readSubmissions } from "./read-list.ts";
import { storyView } from "./story-view.ts";

/** Creates the routes, for `/submissions`. */
export function submissionsRoutes(options: SubmissionsOptions): Hono {
  const routes = new Hono();
  routes.use(bodyLimit({ maxSize: 64 * 1024 }));
  const pile = { db: options.db, table: options.names.tables.submissions };
  addList(routes, options, pile);
  addDecisions(routes, options, pile);
  addDecline(routes, options);
  addStory(routes, options, pile);
  return routes;
}

function page(
  context: Context,
  frame: Frame,
  title: string,
  main: Html,
  status: 200 | 400 | 404 | 409 = 200,
) {
  return context.html(frameView({ frame, title, at: "/results", main }), status);
}

function addList(routes: Hono, { frame }: SubmissionsOptions, pile: Pile): void {
  routes.get("/", async (context) => {
    const { state: asked = "unread", after, ...query } = context.req.query();
    const state = rowStates.find((each) => each === asked);
    const problem = (text: string) => page(context, frame, "That cannot be used", html`<p>${text}</p>`, 400);
    if (state === undefined) return problem(`state: takes one of ${rowStates.join(", ")}`);
    const reveal = isRevealed(query);
    try {
      const found = await readSubmissions(pile, { state, after, reveal });
      const notice = declinedNotice(query);
      const shown = { page: found, state, reveal, readOnly: frame.readOnly, notice };
      return page(context, frame, "Submissions", submissionsView(shown));
    } catch (error) {
      if (error instanceof BadCursor) return problem(error.message);
      throw error;
    }
  });
}

/** The story of an id; undefined for none. */
async function storyOf(pile: Pile, id: string): Promise<Story | undefined> {
  const name = storyNameOf(id);
  if (name === undefined) return undefined;
  return findStory(pile, name).catch((error: unknown) => {
    if (error instanceof NoSuchStory) return undefined;
    throw error;
  });
}

const nothingHere = html`<section class="card"><p>There is no such submission. <a href="/submissions">All submissions</a></p></section>`;

function addStory(routes: Hono, { frame, presign }: SubmissionsOptions, pile: Pile): void {
  routes.get("/:id", async (context) => {
    const found = await storyOf(pile, context.req.param("id"));
    if (found === undefined) return page(context, frame, "Nothing here", nothingHere, 404);
    const reveal = isRevealed(context.req.query());
    // States and editors in the history are none of the author's words.
    const { history, ...told } = found;
    const { value, masked } = shownTexts(told, reveal);
    const how = { masked, reveal, readOnly: frame.readOnly, writtenBy: found.writtenBy };
    const main = storyView({ ...value, history }, how);
    return page(context, frame, `Submission ${found.reference ?? found.id}`, main);
  });
  routes.get("/:id/parts/:n", async (context) => {
    const found = await storyOf(pile, context.req.param("id"));
    const part = found?.parts.find(({ n }) => String(n) === context.req.param("n"));
    if (found?.bucket === undefined || part === undefined) return context.text("There is no such part.", 404);
    // What strangers wrote is saved, never shown in the browser.
    const { bucket } = found;
    const contentType = "application/octet-stream";
    const name = part.name ?? `part-${part.n}`;
    return context.redirect(
      await presign.download({ bucket, key: part.key, contentType, saveAs: name }),
      302,
    );
  });
}

function addDecisions(routes: Hono, { frame, acting }: SubmissionsOptions, pile: Pile): void {
  const refused = (context: Context, error: unknown) => {
    if (!(error instanceof FleetError)) throw error;
    const main = html`${noticeView({ tone: "bad", text: error.message })} <p><a href="/submissions">Back</a></p>`;
    return page(context, frame, "Not done", main, 409);
  };
  routes.post("/state", async (context) => {
    const { id, to } = await context.req.parseBody();
    const state = deskStates.find((each) => each === to);
    const story = await storyOf(pile, String(id));
    if (story === undefined || state === undefined)
      return page(context, frame, "Nothing here", nothingHere, 404);
    try {
      await changeState(pile, story, state, acting, { takeOver: false, reopen: true });
    } catch (error) {
      return refused(context, error);
    }
    return context.redirect(storyAddress(story.id), 303);
  });
}
