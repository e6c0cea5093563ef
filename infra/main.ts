// The CDK app. It reads its settings from the context and synthesises without account, profile or Docker.
import { App } from "aws-cdk-lib";
import { addStacks } from "./app.ts";
import { InvalidContext, readSettings } from "./settings.ts";

// Keep the assembly reproducible: CDK would write stack traces with local paths into it,
if (!process.env.CDK_DEBUG) Error.stackTraceLimit = 0;
// and the duration of the synthesis.
delete process.env.CDK_PERF_COUNTERS_FILE;

try {
  const app = new App({ stackTraces: false });
  addStacks(
    app,
    readSettings((name) => app.node.tryGetContext(name)),
  );
  app.synth();
} catch (error) {
  if (!(error instanceof InvalidContext)) throw error;
  console.error(`cdk: ${error.message}`);
  process.exitCode = 1;
}
