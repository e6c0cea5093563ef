// The policies of the comparison, ours first.
import { alwaysOn } from "./always-on.ts";
import { before } from "./before.ts";
import { buildkite } from "./buildkite.ts";
import { keda } from "./keda.ts";
import { ours, oursEveryTenSeconds } from "./ours.ts";
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

/** Ours with another setting, shown beside it. No policy to be compared with: it is the same one. */
export const variants: readonly SimulatedPolicy[] = [oursEveryTenSeconds];
