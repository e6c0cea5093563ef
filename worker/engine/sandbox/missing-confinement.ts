// What a machine lacks to confine sandbox children fully. Pure.
import { FleetError } from "../../fleet/errors.ts";
import type { Confinement } from "./launch-request.ts";

/** What may be missing: native code in a child then reaches it. */
export type MissingConfinement = keyof Confinement;

/** The parts that do not confine a child on this machine; empty when it is fully confined. */
export function missingConfinement(confinement: Confinement): MissingConfinement[] {
  const holds: Record<keyof Confinement, boolean> = {
    network: confinement.network !== "none",
    files: confinement.files !== "none",
    parentDeath: confinement.parentDeath === "signal",
    limits: confinement.limits !== "none",
  };
  return (Object.keys(holds) as MissingConfinement[]).filter((part) => !holds[part]);
}

/** Full confinement is required, and this machine does not offer it. Nothing untrusted has been decoded. */
export class SandboxNotConfined extends FleetError {
  readonly missing: readonly MissingConfinement[];

  constructor(missing: readonly MissingConfinement[]) {
    super(
      `FLEET_SANDBOX is "required", but decode children are not confined here: nothing bounds ${missing.join(", ")}; ` +
        "they need Linux on x64 or arm64 with Perl, seccomp and Landlock",
    );
    this.missing = missing;
  }
}
