// Reads archives with programs of others: Python and unzip.
import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { inUtf8 } from "../../scripts/lab/utf8-locale.ts";

const execute = promisify(execFile);

const script =
  "import json,sys,zipfile; z=zipfile.ZipFile(sys.argv[1]); assert z.testzip() is None; print(json.dumps({n: z.read(n).decode() for n in z.namelist()}))";

/** What Python's zipfile finds in an archive: text by path. It checks every checksum. */
export async function readByPython(path: string): Promise<Record<string, string>> {
  const { stdout } = await execute("python3", ["-c", script, path]);
  return JSON.parse(stdout) as Record<string, string>;
}

/** What unzip prints; it rejects when unzip finds a fault. */
export const unzip = async (...args: string[]): Promise<string> =>
  (await execute("unzip", args, { env: inUtf8() })).stdout;
