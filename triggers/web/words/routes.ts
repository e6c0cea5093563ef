// The words' pages: the leaderboard, and the shape of one word over time. They only read.
import * as z from "zod";
import { hourOf, keptHours, lastHours } from "../../../worker/jobs/words/hour-row.ts";
import { topWords, topWordsOfHour } from "../../../worker/jobs/words/leaderboard.ts";
import { readHours } from "../../../worker/jobs/words/read-hours.ts";
import { maxKeyBytes } from "../../../worker/jobs/words/word-row.ts";
import type { WebDependencies } from "../dependencies.ts";
import { type Route, route } from "../route.ts";
import { pageResponse } from "../ui/page.ts";
import { readWord } from "./read-word.ts";
import { shapeView } from "./shape-view.ts";
import { leaderboardView } from "./views.ts";

/** Words on the leaderboard. */
const shownWords = 20;

const hourMs = 60 * 60 * 1000;

const boardQuery = z.object({ by: z.enum(["total", "hour", "before"]).catch("total") });

const shapeQuery = z.object({
  word: z
    .string()
    .trim()
    .min(1, "takes a word")
    .refine((word) => Buffer.byteLength(word) <= maxKeyBytes, `takes at most ${maxKeyBytes} bytes`),
  hours: z.coerce.number().int().min(1).max(keptHours).catch(48),
});

/** The words' routes. */
export const wordRoutes: readonly Route[] = [
  route({
    method: "GET",
    path: "/words",
    access: "session",
    summary: "The words that were said most",
    inputs: { query: boardQuery },
    handle: async (visit) => {
      const { by } = visit.query;
      const words = await topBy(visit.deps, by);
      return pageResponse(visit, leaderboardView({ by, words, hour: hourOf(visit.deps.now()) }));
    },
  }),
  route({
    method: "GET",
    path: "/words/shape",
    access: "session",
    summary: "How often a word was said in each hour",
    inputs: { query: shapeQuery },
    handle: async (visit) => {
      const { deps, query } = visit;
      const hours = lastHours(deps.now(), query.hours);
      const range = { from: hours[0] ?? "", to: hours.at(-1) ?? "" };
      const [word, counts] = await Promise.all([
        readWord(deps, query.word),
        readHours(deps, query.word, range),
      ]);
      const bars = hours.map((hour) => ({ hour, count: counts.get(hour) ?? 0 }));
      return pageResponse(visit, shapeView({ ...word, bars }));
    },
  }),
];

/** By all that was ever said, in this hour, or in the hour before. */
function topBy(deps: WebDependencies, by: z.infer<typeof boardQuery>["by"]) {
  switch (by) {
    case "total":
      return topWords(deps, shownWords);
    case "hour":
      return topWordsOfHour(deps, hourOf(deps.now()), shownWords);
    case "before":
      return topWordsOfHour(deps, hourOf(deps.now() - hourMs), shownWords);
  }
}
