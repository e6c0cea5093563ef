// Which file reaches which: imports, and files that are named in a string (programs that are started).
import { createHash } from "node:crypto";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join, relative, resolve } from "node:path";

const folders = ["worker", "triggers", "infra", "scripts", "test"];
const namePattern = /"([^"\n]+\.(?:ts|tsx|mjs|json))"/g;

/** The files of the project by path from the root, each with what it names. */
export class ImportGraph {
  readonly #root: string;
  readonly #named = new Map<string, readonly string[]>();
  readonly #hashes = new Map<string, string>();

  constructor(root: string) {
    this.#root = root;
    for (const folder of folders)
      for (const name of readdirSync(join(root, folder), { recursive: true, encoding: "utf8" }))
        if (/\.tsx?$/.test(name)) this.#named.set(join(folder, name), this.#namedBy(join(folder, name)));
  }

  /** All files below a path, or the file itself. */
  below(path: string): string[] {
    return [...this.#named.keys()].filter(
      (file) => file === path || file.startsWith(`${path.replace(/\/$/, "")}/`),
    );
  }

  /** How many steps a file is from another; absent where there is no way. */
  distances(from: string): Map<string, number> {
    const found = new Map([[from, 0]]);
    for (const [file, steps] of found)
      for (const target of this.#named.get(file) ?? []) if (!found.has(target)) found.set(target, steps + 1);
    return found;
  }

  /** A hash of a file and of all it reaches; changes when any of them does. */
  hash(file: string): string {
    const known = this.#hashes.get(file);
    if (known !== undefined) return known;
    const hash = createHash("sha256");
    for (const one of [...this.distances(file).keys()].sort()) hash.update(`${one}\n${this.read(one)}\n`);
    const digest = hash.digest("hex");
    this.#hashes.set(file, digest);
    return digest;
  }

  read(file: string): string {
    return readFileSync(join(this.#root, file), "utf8");
  }

  #namedBy(file: string): string[] {
    return [...this.read(file).matchAll(namePattern)].flatMap(([, name = ""]) => {
      const beside = relative(this.#root, resolve(this.#root, dirname(file), name));
      return [beside, name]
        .filter((path) => !path.startsWith("..") && existsSync(join(this.#root, path)))
        .slice(0, 1);
    });
  }
}
