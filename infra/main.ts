// The CDK app: one fleet from the context's settings. Synthesises without account, profile or Docker.
import { App } from "aws-cdk-lib";
import { addFleet } from "./fleet.ts";
import { InvalidContext, readSettings } from "./settings.ts";

// CDK writes where each construct was made into the assembly: then two clones would synthesise different ones.
if (!process.env.CDK_DEBUG) Error.stackTraceLimit = 0;

try {
  const app = new App({ stackTraces: false });
  addFleet(
    app,
    readSettings((name) => app.node.tryGetContext(name)),
  );
  app.synth();
} catch (error) {
  if (!(error instanceof InvalidContext)) throw error;
  console.error(`cdk: ${error.message}`);
  process.exitCode = 1;
}
