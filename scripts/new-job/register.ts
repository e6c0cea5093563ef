// Adds a kind's lines to `catalog.ts` and `handlers.ts`: an import in its place, and an entry at the end of the map.
import { FleetError } from "../../worker/fleet/errors.ts";
import type { JobName } from "./job-name.ts";

/** A file does not look as it should, so that a person must add the lines. */
export class CannotRegister extends FleetError {}

/** The source of `catalog.ts` with the kind. */
export function inCatalog(source: string, { domain, kind, identifier }: JobName): string {
  const imported = withImport(source, { name: identifier, path: `./${domain}/${kind}/job.ts` }, "catalog.ts");
  return withEntry(imported, `  "${kind}": ${identifier},`, { end: "\n} as const;", file: "catalog.ts" });
}

/** The source of `handlers.ts` with the kind's handler. */
export function inHandlers(source: string, { domain, kind, identifier }: JobName): string {
  const name = `${identifier}Handler`;
  const imported = withImport(source, { name, path: `./${domain}/${kind}/handler.ts` }, "handlers.ts");
  return withEntry(imported, `    "${kind}": ${name}(),`, { end: "\n  };\n}", file: "handlers.ts" });
}

const importLine = /^import .* from "(\.\/[^"]+)";$/;

/** The imports of this folder are in the order of their paths; the new one goes before the first that comes after it. */
function withImport(source: string, { name, path }: { name: string; path: string }, file: string): string {
  const lines = source.split("\n");
  const own = lines.flatMap((line, index) => {
    const found = importLine.exec(line)?.[1];
    return found === undefined ? [] : [{ index, path: found }];
  });
  const [last] = own.slice(-1);
  if (last === undefined) throw new CannotRegister(`worker/jobs/${file} has no imports to add one to`);
  const at = own.find((one) => one.path > path)?.index ?? last.index + 1;
  return [...lines.slice(0, at), `import { ${name} } from "${path}";`, ...lines.slice(at)].join("\n");
}

function withEntry(source: string, entry: string, { end, file }: { end: string; file: string }): string {
  const at = source.indexOf(end);
  if (at < 0)
    throw new CannotRegister(`worker/jobs/${file} has no map that ends with ${JSON.stringify(end.trim())}`);
  return `${source.slice(0, at)}\n${entry}${source.slice(at)}`;
}
