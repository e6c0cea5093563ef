// The producers' log: what was sent and acknowledged, in the order of acknowledgement. The reference is computed from this
// log alone.
import type { PlannedInput } from "../plan/inputs.ts";

/** An acknowledged input and the jobs it must become. */
export type ProducedInput = {
  jobIds: readonly string[];
  input: PlannedInput;
  /** For an upload, the version the bucket gave it; otherwise empty. */
  versionId: string;
  /** A newer version wrote it: workers of the present one put it off. */
  newer?: true;
};

/** One kind of produced input. */
export type Produced<Kind extends PlannedInput["kind"]> = ProducedInput & {
  input: Extract<PlannedInput, { kind: Kind }>;
};

/** The produced inputs of one kind. */
export function producedOf<Kind extends PlannedInput["kind"]>(
  log: readonly ProducedInput[],
  kind: Kind,
): Produced<Kind>[] {
  return log.filter((one): one is Produced<Kind> => one.input.kind === kind);
}
