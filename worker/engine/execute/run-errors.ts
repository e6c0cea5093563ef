// The ways a run ends early that are not the handler's own errors.
import { FleetError } from "../../fleet/errors.ts";

/** Aborts a run that takes longer than its policy allows. */
export class RunTimedOut extends FleetError {
  constructor(seconds: number) {
    super(`the run took longer than ${seconds} seconds`);
  }
}

/** Aborts runs at the end of a drain. */
export class DrainEnded extends FleetError {
  constructor() {
    super("the worker is going away");
  }
}

/** The effects are committed, but what was to follow failed; the next delivery repeats only that. */
export class AfterCommitFailed extends FleetError {
  constructor(cause: unknown) {
    super(
      `committed, but the work after the commit failed: ${cause instanceof Error ? cause.message : String(cause)}`,
      {
        cause,
      },
    );
  }
}
