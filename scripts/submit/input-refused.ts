// The error of an input that its entrance will never take.
import { FleetError } from "../../worker/fleet/errors.ts";

/** The entrance refused an input for good: sending it again does not help. The message says why. */
export class InputRefused extends FleetError {}
