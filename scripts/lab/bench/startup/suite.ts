// The start-up suite: how long a worker, a trigger and the local cloud take until they are ready, beside importing the same
// code unbundled and at once.
import { mkdtemp, rm } from "node:fs/promises";
import { createServer } from "node:net";
import { join, resolve } from "node:path";
import { resourceNames } from "../../../../worker/fleet/resources.ts";
import { workerNodeOptions } from "../../../../worker/process/node-options.ts";
import { startSurroundings } from "../../cloud-check/lambda/check-lambdas.ts";
import { type Contest, compare, reportOf } from "../compare.ts";
import { localSettings } from "../local/local-command.ts";
import { circumstances, type Suite } from "../suite.ts";
import { type Bundles, makeBundles } from "./bundles.ts";
import { answers, type Program, timeImport, timeStart } from "./time-start.ts";

const root = resolve(import.meta.dirname, "../../../..");
const main = "ms until ready";
const fleet = "startup";

/** Measures starts. */
export const suite: Suite = async (options) => {
  const folder = await mkdtemp(join(root, "node_modules/.fleet-bench-"));
  const surroundings = await startSurroundings(resourceNames(fleet));
  try {
    options.progress("making bundles");
    const bundles = await makeBundles(folder);
    const contests = contestsOf(bundles, surroundings.environment);
    options.progress(
      "starting once, so that compiled code of the sources is kept, as after any earlier start",
    );
    await timeStart({ ...localCloud, restMs: 10_000 });
    const rows = await compare({ suite: "startup", main, contests }, options);
    const title = `From the start of the process, ${circumstances({ ...options, latencyMs: 0 }, "all on all cores")}.`;
    return reportOf(rows, main, title);
  } finally {
    await surroundings.close();
    await rm(folder, { recursive: true, force: true });
  }
};

const node = (...args: string[]): Pick<Program, "file" | "args"> => ({ file: process.execPath, args });

/** A module that says so once it is imported. */
const imported = (file: string): Program => ({
  ...node("--input-type=module", "-e", `await import(${JSON.stringify(file)}); console.log("imported");`),
  env: { FLEET_NAME: fleet },
  ready: (line) => line(/imported/),
});

function contestsOf(bundles: Bundles, environment: Record<string, string>): Contest[] {
  const worker = (file: string) => async () => {
    const port = await freePort();
    return timeStart({
      ...node(...workerNodeOptions, file),
      env: {
        ...environment,
        FLEET_NAME: fleet,
        FLEET_HEALTH_ADDRESS: `127.0.0.1:${port}`,
        LOG_LEVEL: "error",
      },
      ready: () => answers(`http://127.0.0.1:${port}/ready`),
      restMs: 3000,
    });
  };
  const program = (name: string, measured: Program) => ({ name, measure: () => timeStart(measured) });
  return [
    {
      name: "worker",
      contenders: [
        { name: "ready, as in its image", measure: worker(bundles.worker) },
        { name: "ready, from its sources", measure: worker(join(root, "worker/main.ts")) },
        program("everything imported, unbundled", imported(bundles.everything)),
      ],
    },
    ...bundles.triggers.map(importOf),
    { name: "local cloud", contenders: [program("ready, no job waiting", localCloud)] },
  ];
}

const importOf = ({ name, deployed, everything }: Bundles["triggers"][number]): Contest => ({
  name: `import of trigger ${name}`,
  contenders: [
    { name: "as it is deployed", measure: () => timeImport(deployed, "require", { FLEET_NAME: fleet }) },
    {
      name: "everything imported, unbundled",
      measure: () => timeImport(everything, "import", { FLEET_NAME: fleet }),
    },
  ],
});

const localCloud: Program = {
  ...node(
    ...[...localSettings().nodeArgs, join(root, "scripts/local.ts"), "--json"],
    ...["--port", "0", "--web-port", "0", "--smtp-port", "0", "--aws-port", "0"],
  ),
  ready: (line) => line(/"ready":true/),
};

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
  const address = server.address();
  await new Promise((done) => server.close(done));
  return typeof address === "object" && address !== null ? address.port : 0;
}
