// The error with which a handler says that the cloud, not its job, is in trouble.
import { FleetError } from "../../fleet/errors.ts";
import type { Service } from "../../fleet/service-errors.ts";

/** A service gave no usable answer. The job is put off; this is not its failure. */
export class CloudTrouble extends FleetError {
  readonly service: Service;

  constructor(service: Service, message: string, options: { cause?: unknown } = {}) {
    super(message, options);
    this.service = service;
  }
}
