// The error with which a handler leaves its input to a newer worker.
import { FleetError } from "../../fleet/errors.ts";

/**
 * What a job reads was written by a newer version of this software, as during a rollout: a worker of that version will understand it.
 * The job is put off, which is not its failure.
 */
export class NewerInput extends FleetError {}
