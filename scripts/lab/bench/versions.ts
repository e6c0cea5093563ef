// Versions of installed packages, for the names of peers.
import { readFileSync } from "node:fs";
import { join, resolve } from "node:path";

const root = resolve(import.meta.dirname, "../../..");

/** The version of a package in node_modules. */
export function versionOf(name: string): string {
  const manifest: unknown = JSON.parse(
    readFileSync(join(root, "node_modules", name, "package.json"), "utf8"),
  );
  return String((manifest as { version?: unknown }).version);
}
