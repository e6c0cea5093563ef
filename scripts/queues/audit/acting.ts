// Who acts in a run of the operator's tool, for the audit.
import type { CommonOptions, Running } from "../subcommand.ts";
import type { Acting } from "./audit.ts";

/** The operator of this run, and the fleet. */
export const actingOf = ({ target, user, now }: Running<CommonOptions>): Acting => ({
  db: target.db,
  names: target.names,
  by: user(),
  now,
});
