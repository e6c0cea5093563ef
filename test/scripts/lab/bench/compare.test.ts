// Comparisons: rounds interleave, figures are medians, ratios are those of the rounds; and how cores are divided.
import { expect, test } from "vitest";
import { type Contender, compare, comparedTable } from "../../../../scripts/lab/bench/compare.ts";
import { coresIn, divide } from "../../../../scripts/lab/bench/cores.ts";

const options = { rounds: 3, latencyMs: 0, only: "", progress: () => {} };

/** Contenders that measure these values, one a round, and note their turns. */
function scripted(values: Readonly<Record<string, readonly number[]>>) {
  const turns: string[] = [];
  const contenders = Object.entries(values).map(([name, each]): Contender => {
    const left = [...each];
    return {
      name,
      measure: async () => {
        turns.push(name);
        return { "ms each": left.shift() ?? Number.NaN, calls: 2 };
      },
    };
  });
  return { turns, contests: [{ name: "small", contenders }] };
}

test("every round measures all and starts with another one; the first one's figures are beside the others'", async () => {
  const { turns, contests } = scripted({ ours: [1, 9, 2], theirs: [2, 3, 8] });
  const [ours, theirs] = await compare({ suite: "x", main: "ms each", contests }, options);
  expect(turns.join(" ")).toBe("ours theirs theirs ours ours theirs");
  expect(ours).toEqual({
    ...{ name: "x/small/ours", contest: "small", unit: "ms each", ours: true },
    // Ratios of the rounds: 0.5, 3 and 0.25.
    ...{ median: 2, least: 1, most: 9, ratioTo: { theirs: 0.5 } },
    figures: { "ms each": 2, calls: 2 },
  });
  expect(theirs).toMatchObject({ median: 3, ours: false, ratioTo: { ours: 2 } });
});

test("the table has the spread, the other figures and how many times of theirs ours is", async () => {
  const { contests } = scripted({ ours: [1, 9, 2], theirs: [2, 3, 8] });
  const rows = await compare({ suite: "x", main: "ms each", contests }, options);
  expect(comparedTable(rows, "ms each").split("\n").slice(2)).toEqual([
    "| small: ours | 2 | 1 to 9 | 2 |  |",
    "| small: theirs | 3 | 2 to 8 | 2 | 0.5 |",
  ]);
});

test("only the named rows are measured, and a name that none has is refused", async () => {
  const { turns, contests } = scripted({ ours: [1], theirs: [2] });
  const comparison = { suite: "x", main: "ms each", contests };
  await compare(comparison, { ...options, rounds: 1, only: "small/theirs" });
  expect(turns).toEqual(["theirs"]);
  await expect(compare(comparison, { ...options, only: "none" })).rejects.toThrow(
    /x\/small\/ours, x\/small\/theirs/,
  );
});

test("the first core is the cloud's, the others are for what is measured; one core cannot be divided", () => {
  expect(coresIn("0-2,5")).toEqual([0, 1, 2, 5]);
  expect(divide("0-1")).toEqual({ cloud: "0", measured: "1" });
  expect(divide("2-4,7")).toEqual({ cloud: "2", measured: "3,4,7" });
  expect(divide("3")).toBeUndefined();
});
