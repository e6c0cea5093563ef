// The --only option: selects items by name, separated by commas.
import { InvalidSettings } from "../../../worker/fleet/errors.ts";

/** The items of `all` that `only` names, or all of them when it is undefined. @throws InvalidSettings for an unknown name */
export function selectByName<One extends { name: string }>(
  all: readonly One[],
  only: string | undefined,
): One[] {
  if (only === undefined) return [...all];
  const names = only.split(",").map((name) => name.trim());
  const unknown = names.find((name) => all.every((one) => one.name !== name));
  if (unknown !== undefined) {
    const known = all.map(({ name }) => name).join(", ");
    throw new InvalidSettings([`--only: ${JSON.stringify(unknown)} is not one of ${known}`]);
  }
  return all.filter(({ name }) => names.includes(name));
}
