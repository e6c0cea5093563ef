// The routes of files: people, and the files of one.
import { Hono } from "hono";
import { html } from "../../../triggers/web/ui/html.ts";
import type { JobsSource } from "../jobs/read-jobs.ts";
import { isRevealed, shownTexts } from "../masking/reveal.ts";
import { named, type Seals } from "../masking/seals.ts";
import { resultsTabs } from "../results/page.ts";
import { type Frame, frameView } from "../ui/frame.ts";
import { readFiles, readPeople } from "./read-files.ts";
import { filesView, peopleView } from "./views.ts";

/** Creates the routes. */
export function filesRoutes({ frame, seals, ...source }: JobsSource & { frame: Frame; seals: Seals }): Hono {
  const routes = new Hono();
  routes.get("/results/files", async (context) => {
    const { person, after, before, ...query } = context.req.query();
    const reveal = isRevealed(query);
    const id = person === undefined ? undefined : seals.open(person);
    const tabs = resultsTabs("files");
    if (id === undefined || id === "") {
      const { rows, next } = await readPeople(source, after === undefined ? undefined : seals.open(after));
      const refs = rows.map((row) => named(row.id, { seals, reveal }).ref);
      const shown = shownTexts(rows, reveal);
      const value = shown.value.map((row, index) => ({ ...row, ref: refs[index] ?? "" }));
      // It has a person's name in it.
      const cursor = next === undefined ? undefined : seals.seal(next);
      const main = html`${tabs} ${peopleView({ ...shown, value, reveal, next: cursor })}`;
      return context.html(frameView({ frame, title: "Files", at: "/results", main }));
    }
    const { rows, next } = await readFiles(source, { person: id, before });
    const who = named(id, { seals, reveal });
    const main = html`${tabs} ${filesView(who, { ...shownTexts(rows, reveal), reveal, next })}`;
    return context.html(frameView({ frame, title: `Files of ${who.shown}`, at: "/results", main }));
  });
  return routes;
}
