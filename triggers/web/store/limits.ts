// The limits of file sharing. One place knows where the settings keep them.
import type { FileSettings } from "../../../worker/jobs/files/settings.ts";
import type { WebDependencies } from "../dependencies.ts";
import { InvalidField } from "../refusals.ts";

/** The limits of file sharing. */
export const limitsOf = ({ settings }: Pick<WebDependencies, "settings">): FileSettings => settings.files;

/**
 * The hours that someone asked for, or the usual ones.
 * @throws InvalidField when they are more than the setting allows
 */
export function hoursWithin(deps: Pick<WebDependencies, "settings">, hours: number | undefined): number {
  const { fileHours, maxFileHours } = limitsOf(deps);
  if (hours !== undefined && hours > maxFileHours)
    throw new InvalidField("hours", `at most ${maxFileHours} hours are allowed`);
  return hours ?? fileHours;
}
