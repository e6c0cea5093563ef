// What the reference takes a hostile picture for.
import { expect, test } from "vitest";
import type { JobHistory } from "../../../../../scripts/lab/campaign/log/history.ts";
import { asJudged } from "../../../../../scripts/lab/campaign/reference/as-judged.ts";

const picture = (fate: "hostile" | "ready") => ({
  ...{ jobIds: ["resize-image/1"], versionId: "v1" },
  input: { kind: "picture", key: "album-0/picture-0.png", colour: 5, fate } as const,
});

const ended = (...statuses: string[]) => ({
  jobs: new Map([["resize-image/1", { ends: statuses.map((status) => ({ status })) } as JobHistory]]),
});

test("a hostile picture that was refused counts as a refused one; one that died, or never ended, stays what it is", () => {
  expect(asJudged(picture("hostile"), ended("rejected")).input).toMatchObject({ fate: "refused" });
  for (const history of [ended("dead-lettered"), ended(), { jobs: new Map() }])
    expect(asJudged(picture("hostile"), history)).toEqual(picture("hostile"));
});

test("no other picture is taken for something else, however it ended", () => {
  expect(asJudged(picture("ready"), ended("rejected"))).toEqual(picture("ready"));
});
