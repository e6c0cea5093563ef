// The pages suite with a few people for a few seconds: every route is answered, and its calls are counted.
import { expect, test } from "vitest";
import { costOfThousand } from "../../../../../scripts/lab/bench/pages/costs.ts";
import { mix } from "../../../../../scripts/lab/bench/pages/mix.ts";
import { pagesSuite } from "../../../../../scripts/lab/bench/pages/suite.ts";

type Counted = {
  name: string;
  failed: number;
  requests: number;
  calls: Record<string, number>;
  readUnits: number;
  writeUnits: number;
};

test("a few people are served every route they ask for, with its store calls and units", async () => {
  const load = { people: 3, roundSeconds: 1, warmUpSeconds: 0, looking: { leastMs: 10, mostMs: 40 } };
  const { rows } = await pagesSuite(load)({ rounds: 1, latencyMs: 0, only: "", progress: () => {} });
  const counted = new Map((rows as unknown as Counted[]).map((row) => [row.name, row]));
  expect([...counted.keys()]).toEqual(mix.map(({ name }) => name));
  expect([...counted.values()].filter(({ failed }) => failed > 0)).toEqual([]);
  expect(counted.get("/files")).toMatchObject({
    calls: { "dynamodb BatchGetItem": 1, "dynamodb Query": 1, "dynamodb GetItem": 1 },
    writeUnits: 0,
  });
  expect(counted.get("/l/:token")?.calls).toMatchObject({ "dynamodb GetItem": 2 });
  const download = counted.get("/files/:id/download");
  expect(download?.calls["dynamodb TransactWriteItems"]).toBe(1);
  expect(download?.writeUnits).toBeGreaterThan(0);
  for (const { calls } of counted.values()) expect(Object.keys(calls).join()).not.toMatch(/Scan|s3 List/);
});

test("the costs are the prices times what was counted", () => {
  const { cdn, httpApi, lambda, dynamodb, s3, sum } = costOfThousand({
    milliseconds: 100,
    readUnits: 2,
    writeUnits: 1,
    calls: { "dynamodb Query": 2, "s3 GetObject": 1, "s3 CreateMultipartUpload": 1 },
  });
  expect([cdn, httpApi].map((dollars) => dollars * 1e3)).toEqual([1, 1]);
  expect(lambda).toBeCloseTo(0.0002 + 100 * 0.0000133334, 8);
  expect(dynamodb).toBeCloseTo((2 * 0.125 + 0.625) / 1000, 8);
  expect(s3).toBeCloseTo((0.4 + 5) / 1000, 8);
  expect(sum).toBeCloseTo(cdn + httpApi + lambda + dynamodb + s3, 8);
});
