// The inputs in the files and directories a person names. Reads names only, never a file.
import { lstat, readdir, stat } from "node:fs/promises";
import { basename, join } from "node:path";
import { InvalidSettings } from "../../worker/fleet/errors.ts";

/** A file to submit. */
export type Input = {
  /** As named, or joined below the directory that was named. */
  path: string;
  /** Its path below the named directory, with `/`; the file name where the file itself was named. */
  relative: string;
};

/**
 * All files in the order named; directories recursively and sorted. In directories, dot files and links to directories are
 * left out.
 * @throws InvalidSettings naming every argument that cannot be used
 */
export async function findInputs(paths: readonly string[]): Promise<Input[]> {
  const problems: string[] = [];
  const inputs: Input[] = [];
  for (const path of paths) {
    const found = await lookAt(path);
    if (typeof found === "string") problems.push(`${path} ${found}`);
    else inputs.push(...found);
  }
  if (problems.length > 0) throw new InvalidSettings(problems);
  return inputs;
}

async function lookAt(path: string): Promise<Input[] | string> {
  try {
    const kind = await stat(path);
    if (kind.isFile()) return [{ path, relative: basename(path) }];
    if (!kind.isDirectory()) return "is neither a file nor a directory";
    const files = await filesBelow(path, "");
    return files.length > 0 ? files : "is a directory without files";
  } catch (error) {
    return problemOf(error);
  }
}

async function filesBelow(folder: string, prefix: string): Promise<Input[]> {
  const names = (await readdir(folder)).filter((name) => !name.startsWith(".")).sort();
  const found: Input[] = [];
  for (const name of names) {
    const path = join(folder, name);
    const relative = prefix + name;
    const kind = await lstat(path);
    if (kind.isDirectory()) found.push(...(await filesBelow(path, `${relative}/`)));
    else if (kind.isFile() || (kind.isSymbolicLink() && (await isFile(path)))) found.push({ path, relative });
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
