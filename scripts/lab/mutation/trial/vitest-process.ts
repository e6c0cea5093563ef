// A process with one vitest for many runs: answers each request of its parent with the first test that fails.
import { join } from "node:path";
import { createVitest, type TestModule } from "vitest/node";
import type { TestAnswer, TestRequest } from "./test-runner.ts";

const [folder = ""] = process.argv.slice(2);
const vitest = await createVitest(
  {
    root: folder,
    watch: false,
    bail: 1,
    maxWorkers: 1,
    cache: false,
    reporters: [{}],
    // A mutant that waits for ever ends sooner; tests that need longer say so themselves.
    testTimeout: 60_000,
    hookTimeout: 60_000,
  },
  { cacheDir: join(folder, ".vite"), logLevel: "silent" },
);

function failureOf(module: TestModule): string | undefined {
  if (module.state() !== "failed") return undefined;
  for (const test of module.children.allTests("failed")) return test.fullName;
  return module.errors()[0]?.message ?? "the file failed";
}

async function answer({ test, changed }: TestRequest): Promise<TestAnswer> {
  for (const file of changed) vitest.invalidateFile(join(folder, file));
  const startedAt = performance.now();
  const specification = vitest.getRootProject().createSpecification(join(folder, test));
  const { testModules, unhandledErrors } = await vitest.runTestSpecifications([specification]);
  // The result has the files of earlier runs, too.
  const own = testModules.filter(({ moduleId }) => moduleId === specification.moduleId);
  const failed = own.map(failureOf).find((failure) => failure !== undefined);
  const ms = performance.now() - startedAt;
  return { failed: failed ?? (unhandledErrors.length > 0 ? "an error nobody caught" : undefined), ms };
}

process.on("message", (request: TestRequest) => {
  answer(request).then(
    (answered) => process.send?.(answered),
    (error: unknown) => process.send?.({ failed: `vitest: ${String(error)}`, ms: 0 } satisfies TestAnswer),
  );
});
process.on("disconnect", () => process.exit());
process.send?.("ready");
