// The policies of the comparison, ours first.
import { alwaysOn } from "./always-on.ts";
import { before } from "./before.ts";
import { buildkite } from "./buildkite.ts";
import { keda } from "./keda.ts";
import { ours } from "./ours.ts";
import type { SimulatedPolicy } from "./policy.ts";
import { queueProcessing } from "./queue-processing.ts";
import { targetTracking } from "./target-tracking.ts";

export const policies: readonly SimulatedPolicy[] = [
  ours,
  before,
  targetTracking,
  queueProcessing,
  keda,
  buildkite,
  alwaysOn,
];
