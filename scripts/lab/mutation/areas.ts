// The parts of the product whose tests are measured, each a list of paths; a file belongs to the first that names it.

/** Paths of each area, from the root. Those marked with `!` are left out. */
export const areas: Readonly<Record<string, readonly string[]>> = {
  ledger: ["worker/engine/ledger"],
  lease: ["worker/engine/lease"],
  drain: ["worker/engine/drain"],
  sandbox: ["worker/engine/sandbox"],
  engine: ["worker/engine"],
  "scaling policy": ["infra/scaling-policy.ts", "infra/scaling", "infra/on-demand-policy.ts"],
  triggers: ["triggers", "!triggers/web", "!triggers/web.ts"],
};

/** The area of a file; undefined for a file of none. */
export function areaOf(file: string): string | undefined {
  const isAt = (path: string) => file === path || file.startsWith(`${path}/`);
  const holds = (paths: readonly string[]) =>
    paths.some(isAt) && !paths.some((path) => path.startsWith("!") && isAt(path.slice(1)));
  return Object.keys(areas).find((area) => holds(areas[area] ?? []));
}
