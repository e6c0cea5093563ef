// The command of a sandbox child: Node with its permission model, the child's entry, and the paths it must read.
import { existsSync, lstatSync, readlinkSync, realpathSync } from "node:fs";
import { dirname, join, resolve } from "node:path";

export type ChildCommand = { command: [string, ...string[]]; readable: string[] };

/** Where Node resolves packages: the existing `node_modules` and `package.json` above a file, nearest first. */
function packagePaths(file: string): string[] {
  const folders: string[] = [];
  for (let folder = dirname(file); ; folder = dirname(folder)) {
    folders.push(folder);
    if (folder === dirname(folder)) break;
  }
  return folders
    .flatMap((folder) => [join(folder, "node_modules"), join(folder, "package.json")])
    .filter((path) => existsSync(path));
}

/** A path, every link on the way and the real path: Node checks the permission at every step. */
function withLinks(path: string): string[] {
  const steps = [path];
  for (let step = path; lstatSync(step).isSymbolicLink(); steps.push(step)) {
    step = resolve(dirname(step), readlinkSync(step));
  }
  return [...steps, realpathSync(path)];
}

/**
 * The heap up to which V8 does not collect all garbage. With a largest heap given it begins at a few megabytes, counts the
 * bytes of buffers, too, and collected twice within a task of 1 MB, which took as long as the rest of the work.
 */
const unhurriedHeapMegabytes = 64;

/**
 * The room of young objects. Tasks pass large buffers on with few objects around them; in a small room the garbage among them is
 * found, and their bytes freed, before it counts as memory in use.
 */
const youngMegabytes = 2;

/** V8's threads beside the one that works: each has a heap of its own for what it compiles. */
const helpers = 1;

/** Our own code: `worker/` in the sources, the bundle's folder in a bundle. */
const ownCode = import.meta.filename.endsWith(".ts")
  ? resolve(import.meta.dirname, "../..")
  : import.meta.dirname;

/** The code beside a child's entry: its folder's parent in the sources, the bundle's folder in a bundle. */
const codeFolder = (file: string) => (file.endsWith(".ts") ? dirname(dirname(file)) : dirname(file));

/**
 * The command line of a child and what it may read.
 * @param heapMegabytes largest V8 heap: a backstop, since resident memory is watched per run
 */
export function childCommand(
  entry: string,
  directory: string,
  heapMegabytes: number,
  preload: readonly string[],
): ChildCommand {
  const node = realpathSync(process.execPath);
  const own = [ownCode, codeFolder(entry), ...packagePaths(entry)];
  const readable = [...new Set(own.flatMap(withLinks))];
  return {
    readable,
    command: [
      node,
      "--permission",
      "--allow-addons",
      ...[...readable, directory].map((path) => `--allow-fs-read=${path}`),
      `--allow-fs-write=${directory}`,
      `--max-old-space-size=${heapMegabytes}`,
      `--initial-old-space-size=${unhurriedHeapMegabytes}`,
      `--max-semi-space-size=${youngMegabytes}`,
      `--v8-pool-size=${helpers}`,
      "--no-warnings",
      entry,
      ...preload,
    ],
  };
}
