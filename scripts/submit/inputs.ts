// The inputs in the files and directories a person names. Reads names only, never a file.
import { lstat, readdir, stat } from "node:fs/promises";
import { basename, join } from "node:path";
import { isJunk } from "../../triggers/shared/folder-junk.ts";
import { InvalidSettings } from "../../worker/fleet/errors.ts";

/** A file to submit. */
export type Input = {
  /** As named, or joined below the directory that was named. */
  path: string;
  /** Its path below the named directory, with `/`; the file name where the file itself was named. */
  relative: string;
};

/** What was found, and how many files that systems leave in folders were left out. */
export type FoundInputs = { inputs: Input[]; junk: number };

/**
 * All files in the order named; directories recursively and sorted. In directories, dot files, links to directories and what
 * systems leave there are left out.
 * @throws InvalidSettings naming every argument that cannot be used
 */
export async function findInputs(paths: readonly string[]): Promise<FoundInputs> {
  const problems: string[] = [];
  const all: FoundInputs = { inputs: [], junk: 0 };
  for (const path of paths) {
    const found = await lookAt(path);
    if (typeof found === "string") problems.push(`${path} ${found}`);
    else add(all, found);
  }
  if (problems.length > 0) throw new InvalidSettings(problems);
  return all;
}

/** Not spread: a directory may hold more files than a call can have arguments. */
function add(all: FoundInputs, { inputs, junk }: FoundInputs): void {
  for (const input of inputs) all.inputs.push(input);
  all.junk += junk;
}

async function lookAt(path: string): Promise<FoundInputs | string> {
  try {
    const kind = await stat(path);
    if (kind.isFile()) return { inputs: [{ path, relative: basename(path) }], junk: 0 };
    if (!kind.isDirectory()) return "is neither a file nor a directory";
    const found = await filesBelow(path, "");
    return found.inputs.length > 0 ? found : "is a directory without files";
  } catch (error) {
    return problemOf(error);
  }
}

async function filesBelow(folder: string, prefix: string): Promise<FoundInputs> {
  const found: FoundInputs = { inputs: [], junk: 0 };
  for (const name of (await readdir(folder)).sort()) {
    const path = join(folder, name);
    const kind = await lstat(path);
    if (!kind.isDirectory() && isJunk(prefix, name)) found.junk += 1;
    else if (name.startsWith(".")) continue;
    else if (kind.isDirectory()) add(found, await filesBelow(path, `${prefix}${name}/`));
    else if (kind.isFile() || (kind.isSymbolicLink() && (await isFile(path))))
      found.inputs.push({ path, relative: prefix + name });
  }
  return found;
}

async function isFile(path: string): Promise<boolean> {
  return (await stat(path).catch(() => undefined))?.isFile() ?? false;
}

function problemOf(error: unknown): string {
  const code = error instanceof Error && "code" in error ? error.code : undefined;
  if (code === "ENOENT" || code === "ENOTDIR") return "does not exist";
  if (code === "EACCES") return "may not be read";
  throw error;
}
