// The preferences of an instance refresh, from the form. What the local cloud cannot do is refused, not ignored.
import { type Form, itemsOf, textOf } from "../protocols/query.ts";
import { invalid, notImplemented } from "./errors.ts";
import type { RefreshPreferences } from "./instance-refresh.ts";

/** Reads them; what is not given has the API's own default. @throws AutoScalingError */
export function refreshPreferences(form: Form): RefreshPreferences {
  const given = (form.Preferences ?? {}) as Form;
  for (const name of ["AlarmSpecification", "AutoRollback", "BakeTime"])
    if (given[name] !== undefined) throw notImplemented(`the preference ${name} of an instance refresh`);
  if (form.DesiredConfiguration !== undefined)
    throw notImplemented("an instance refresh's DesiredConfiguration");
  const whole = (name: string, otherwise: number, least: number, most: number): number => {
    const value = Number(textOf(given, name) ?? otherwise);
    if (!Number.isInteger(value) || value < least || value > most)
      throw invalid(`${name} must be a whole number from ${least} to ${most}`);
    return value;
  };
  const minHealthy = whole("MinHealthyPercentage", 90, 0, 100);
  const maxHealthy = whole("MaxHealthyPercentage", 100, 100, 200);
  if (maxHealthy - minHealthy > 100)
    throw invalid("MaxHealthyPercentage must not exceed MinHealthyPercentage by more than 100");
  return {
    minHealthy,
    maxHealthy,
    warmupSeconds: whole("InstanceWarmup", 0, 0, 3600),
    checkpoints: itemsOf(given, "CheckpointPercentages").map(Number),
    checkpointDelaySeconds: whole("CheckpointDelay", 3600, 0, 172_800),
    skipMatching: textOf(given, "SkipMatching") === "true",
  };
}
