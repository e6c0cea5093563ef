// The words' pages: the leaderboard, and the shape of one word over time. They only read.
import * as z from "zod";
import { hourOf, keptHours, lastHours } from "../../../worker/jobs/words/hour-row.ts";
import { readHours } from "../../../worker/jobs/words/read-hours.ts";
import { maxKeyBytes } from "../../../worker/jobs/words/word-row.ts";
import { type Route, route } from "../route.ts";
import { pageResponse } from "../ui/page.ts";
import { boardPeriods, readBoard } from "./board.ts";
import { readWord } from "./read-word.ts";
import { shapeView } from "./shape-view.ts";
import { leaderboardView } from "./views.ts";

const boardQuery = z.object({ by: z.enum(boardPeriods).catch("total") });

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
      const words = await readBoard(visit.deps, by);
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
