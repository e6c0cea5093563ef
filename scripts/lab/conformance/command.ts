// `npm run conformance`: shows that an endpoint behaves as AWS documents it: the local cloud, another emulator, or AWS itself.
// Each rule is one documented behaviour.
import { runConformance } from "./run-conformance.ts";

/** Runs the rules against an endpoint. */
export const command = (args: string[]): Promise<number> => runConformance(args);
