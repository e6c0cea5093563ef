// The words' pages: the leaderboard by period, and the shape of a word, with any words in them.
import { afterAll, beforeAll, expect, test } from "vitest";
import { longWord } from "../../../scripts/lab/words-run/texts.ts";
import { boardTimes } from "../../../triggers/web/words/board.ts";
import { countWordsHandler } from "../../../worker/jobs/words/count-words/handler.ts";
import { countWords } from "../../../worker/jobs/words/count-words/job.ts";
import { multiplyWordsHandler } from "../../../worker/jobs/words/multiply-words/handler.ts";
import { multiplyWords } from "../../../worker/jobs/words/multiply-words/job.ts";
import { createTestWeb } from "../../support/web.ts";
import { deliver, say, startWordsCloud, type WordsCloud } from "../../support/words/words-cloud.ts";

let words: WordsCloud;
beforeAll(async () => {
  words = await startWordsCloud();
});
afterAll(() => words.close());

const hourMs = 60 * 60 * 1000;

async function world() {
  const fleet = await words.newFleet();
  const worker = fleet.worker(3);
  const clock = { ms: Date.now() };
  const web = createTestWeb(worker, fleet.names, { parts: { now: () => clock.ms } });
  const ada = await web.signIn({ id: "ada" });
  const page = async (path: string) => (await ada.get(path)).text();
  return { worker, web, ada, page, clock };
}

/** Words on the board with their points, in order. */
function boardOf(text: string): [string, string][] {
  return [...text.matchAll(/<bdi>(.*?)<\/bdi>[\s\S]*?<strong>(.*?)<\/strong>/g)].map(
    ([, word = "", points = ""]) => [word, points],
  );
}

test("the leaderboard moves after a message, by all time and by hour", async () => {
  const { worker, page, clock } = await world();
  clock.ms -= boardTimes.freshMs;
  expect(await page("/words")).toContain("Nobody has said anything yet.");
  const said = say("fleet fleet job", "1");
  await deliver(worker, countWords, countWordsHandler(), said);
  await deliver(worker, multiplyWords, multiplyWordsHandler(), said);
  clock.ms = Date.now();
  expect(boardOf(await page("/words"))).toEqual([
    ["fleet", "22"],
    ["job", "11"],
  ]);
  const inHour = [
    ["fleet", "2"],
    ["job", "1"],
  ];
  expect(boardOf(await page("/words?by=hour"))).toEqual(inHour);
  clock.ms += hourMs;
  expect(await page("/words?by=hour")).toContain("Nothing was said in this hour.");
  expect(boardOf(await page("/words?by=before"))).toEqual(inHour);
});

test("the shape of a word shows each hour as a bar with its count, and as a table", async () => {
  const { worker, page } = await world();
  await deliver(worker, countWords, countWordsHandler(), say("often often often", "1"));
  const text = await page("/words/shape?word=often&hours=24");
  const chart = /<svg[^>]*role="img"[\s\S]*?<\/svg>/.exec(text)?.[0] ?? "";
  expect(chart.match(/<rect\b/g)).toHaveLength(24);
  expect(text).toMatch(/Said 3 times in these hours\. It has 3 points/);
  expect(text).toMatch(/<td class="number">3<\/td>/);
  expect(text).toMatch(/role="img" aria-label="Times said by hour\. Most often [^"]+ UTC: 3 times\."/);
  expect(await page("/words/shape?word=never")).toContain("Nobody said it.");
});

test("words are text, never markup, and long ones are cut and still lead to their shape", async () => {
  const { worker, page } = await world();
  const bad = '"><img/onerror=alert(1)>';
  await deliver(worker, countWords, countWordsHandler(), say(`${bad} ${longWord(5000)} %2F&amp;`, "1"));
  const board = await page("/words");
  expect(board).not.toContain("<img");
  expect(board.length).toBeLessThan(10_000);
  const links = [...board.matchAll(/href="(\/words\/shape\?[^"]+)"/g)].map(([, link = ""]) => link);
  expect(links).toHaveLength(3);
  for (const link of links) {
    const shape = await page(link.replaceAll("&amp;", "&"));
    expect(shape).toContain("Said 1 time in these hours.");
    expect(shape).not.toContain("<img");
  }
});

test("a word that cannot be one is refused, and nobody without a session sees any", async () => {
  const { ada, web } = await world();
  expect((await ada.get("/words/shape?word=%20")).status).toBe(422);
  expect((await ada.get(`/words/shape?word=${"x".repeat(2049)}`)).status).toBe(422);
  expect((await web.request("/words")).status).toBe(303);
});
