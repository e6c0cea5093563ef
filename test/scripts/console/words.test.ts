// The console's list of words, whatever the words are.
import { UpdateCommand } from "@aws-sdk/lib-dynamodb";
import { afterAll, beforeAll, expect, test } from "vitest";
import { shownWord } from "../../../scripts/console/results/words.ts";
import { topShard, wordKey } from "../../../worker/jobs/words/word-row.ts";
import { startConsole } from "../../support/console.ts";
import { type Provisioned, startProvisioned } from "../../support/provisioned.ts";
import { until } from "../../support/until.ts";

let provisioned: Provisioned;
beforeAll(async () => {
  provisioned = await startProvisioned();
});
afterAll(() => provisioned.close());

test("the ten most frequent words are shown in order, escaped and cut; without any, a hint is", async () => {
  const console = await startConsole(provisioned, "board");
  const page = async () => (await fetch(`${console.url}/results/words/live`)).text();
  expect(await page()).toContain("No words yet.");
  const words = [
    "<script>",
    "x".repeat(700),
    "\u200b",
    ...Array.from({ length: 12 }, (_, index) => `w${index}`),
  ];
  for (const [index, word] of words.entries()) {
    const update = new UpdateCommand({
      TableName: console.names.tables.words,
      Key: { word: wordKey(word) },
      UpdateExpression: "SET #shard = :shard ADD #n :n",
      ExpressionAttributeNames: { "#n": "count", "#shard": "shard" },
      ExpressionAttributeValues: { ":shard": topShard(wordKey(word)), ":n": 5000 - index },
    });
    await provisioned.db.send(update);
  }
  const shown = await until("all words to be shown", async () => {
    const text = await page();
    return text.includes("<bdi>w6</bdi>") && text;
  });
  const rows = [...shown.matchAll(/<tr id="word-\d+">.*?<bdi>(.*?)<\/bdi>.*?([\d,]+)<\/td>/gs)];
  expect(rows.map(([, word, count]) => [word, count])).toEqual([
    ["&lt;script&gt;", "5,000"],
    [`${"x".repeat(60)}… (700 characters)`, "4,999"],
    ["U+200B", "4,998"],
    ...Array.from({ length: 7 }, (_, index) => [`w${index}`, (4997 - index).toLocaleString("en")]),
  ]);
  const asked = async (word: string) =>
    (await fetch(`${console.url}/results/words?${new URLSearchParams({ word })}`)).text();
  expect(await asked(" w11 ")).toContain("was said 4,986 times.");
  expect(await asked("W11")).toContain("was never said.");
  expect(await asked("<script>")).toContain("&lt;script&gt;</strong></bdi> was said 5,000 times.");
  await console.close();
});

test("an invisible word is shown by its code points, an emoji as itself", () => {
  expect(shownWord("\u0000\ufeff")).toBe("U+0000 U+FEFF");
  expect(shownWord("👩‍👩‍👧‍👦")).toBe("👩‍👩‍👧‍👦");
});
