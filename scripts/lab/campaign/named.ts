// What a person names with --only: some of what there is, by commas.
import { InvalidSettings } from "../../../worker/fleet/errors.ts";

/** Those of `all` that are named in `only`, all where nothing is. @throws InvalidSettings for a name that none has */
export function named<One extends { name: string }>(all: readonly One[], only: string | undefined): One[] {
  if (only === undefined) return [...all];
  const names = only.split(",").map((name) => name.trim());
  const unknown = names.find((name) => all.every((one) => one.name !== name));
  if (unknown !== undefined) {
    const known = all.map(({ name }) => name).join(", ");
    throw new InvalidSettings([`--only: there is no ${JSON.stringify(unknown)}, there is ${known}`]);
  }
  return all.filter(({ name }) => names.includes(name));
}
