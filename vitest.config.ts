import { defineConfig } from "vitest/config";

// Tests start real servers and child processes, so files run in forked processes and get generous time;
// speed is never asserted here (see scripts/lab/bench/).
export default defineConfig({
  test: {
    include: ["test/**/*.test.ts"],
    pool: "forks",
    maxWorkers: 2,
    testTimeout: 120_000,
    hookTimeout: 60_000,
  },
});
