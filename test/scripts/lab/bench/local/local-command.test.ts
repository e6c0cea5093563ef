// The laptop's queue is measured as people run it.
import { expect, test } from "vitest";
import { localSettings, settingsIn } from "../../../../../scripts/lab/bench/local/local-command.ts";

test("Node's options and the environment are read from a script, without what it loads and runs", () => {
  const script = "exec env A_B=2 C_=x=y node --max-semi-space-size=8 --no-opt --import ./a.mjs scripts/b.ts";
  expect(settingsIn(script)).toEqual({
    nodeArgs: ["--max-semi-space-size=8", "--no-opt"],
    env: { A_B: "2", C_: "x=y" },
  });
});

test("the local queue is measured with the young generation and the allocator of npm run local", () => {
  const { nodeArgs, env } = localSettings();
  expect(nodeArgs.join(" ")).toContain("--max-semi-space-size=");
  expect(Object.keys(env)).toContain("MALLOC_ARENA_MAX");
});
