// One soak: starts a local system, runs the soak on it, stops it.
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { systemClock } from "../../../worker/fleet/clock.ts";
import { localControl } from "../../control/local-control.ts";
import { localClients } from "../../local/cloud/identity.ts";
import { seededRandom } from "../../local/gateway/faults.ts";
import { chooseTarget } from "../../submit/target.ts";
import { writeInputs } from "../load/input-files.ts";
import type { SoakArguments } from "./arguments.ts";
import { startLoad } from "./load.ts";
import { startLocalProcess } from "./local-process.ts";
import type { SoakResult } from "./soak-result.ts";
import { soakSystem } from "./soak-system.ts";
import type { SoakPlace } from "./soaked-system.ts";

/** The messages of a frozen or killed worker become visible after this long. */
const visibilitySeconds = 15;
const patienceSeconds = 300;

/** Runs a soak. @throws FleetError when the system does not start or exits by itself */
export async function soak(asked: SoakArguments, place: SoakPlace): Promise<SoakResult> {
  const temporaryFolder = join(place.folder, "temporary");
  const inputs = join(place.folder, "inputs");
  await Promise.all([mkdir(temporaryFolder), mkdir(inputs)]);
  const files = await writeInputs(inputs);
  const system = await startLocalProcess({
    args: ["--min-workers", "2", "--max-workers", "2"],
    environment: { FLEET_VISIBILITY_SECONDS: String(visibilitySeconds) },
    temporaryFolder,
    logFile: join(place.folder, "local.log"),
  });
  const { aws, fleet } = system.ready;
  const clients = localClients(aws);
  const target = chooseTarget({ AWS_ENDPOINT_URL: aws, FLEET_NAME: fleet }, { aws: false, concurrency: 4 });
  const random = seededRandom(asked.seed);
  const { rate } = asked;
  const feed = (signal: AbortSignal) =>
    startLoad({ target, clock: systemClock, random, files, rate, patienceSeconds }, signal);
  try {
    const control = localControl(aws);
    const soaked = soakSystem({ asked, place, system, clients, control, temporaryFolder }, feed);
    return await Promise.race([system.died, soaked]);
  } finally {
    target.destroy();
    clients.destroy();
    await system.interrupt();
  }
}
