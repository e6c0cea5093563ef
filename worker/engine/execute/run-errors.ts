// Errors that end a run early and do not come from its handler.
import { FleetError } from "../../fleet/errors.ts";
import { NewerInput } from "../job/newer-input.ts";

/** Aborts a run that takes longer than its policy allows. */
export class RunTimedOut extends FleetError {
  constructor(seconds: number) {
    super(`the run took longer than ${seconds} seconds`);
  }
}

/** Aborts runs at the end of a drain. */
export class DrainEnded extends FleetError {
  constructor() {
    super("the worker is stopping");
  }
}

/** Puts off a message that a newer version of this software has written: a worker of that version will understand it. */
export class NewerMessage extends NewerInput {
  constructor(why: string) {
    super(`the message may be newer than this worker: ${why}`);
  }
}

/** The effects are committed, but the work after the commit failed. The next delivery repeats only that work. */
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
