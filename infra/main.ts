// The CDK app from the context's settings. Synthesises without account, profile or Docker.
import { App } from "aws-cdk-lib";
import { fill } from "./app.ts";
import { InvalidContext, readSettings } from "./settings.ts";

// CDK writes where each construct was made into the assembly: then two clones would synthesise different ones.
if (!process.env.CDK_DEBUG) Error.stackTraceLimit = 0;
// And how long each synthesis took.
delete process.env.CDK_PERF_COUNTERS_FILE;

try {
  const app = new App({ stackTraces: false });
  fill(
    app,
    readSettings((name) => app.node.tryGetContext(name)),
  );
  app.synth();
} catch (error) {
  if (!(error instanceof InvalidContext)) throw error;
  console.error(`cdk: ${error.message}`);
  process.exitCode = 1;
}
