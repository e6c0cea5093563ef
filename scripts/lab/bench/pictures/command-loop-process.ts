// Peers that are commands: ImageMagick and vipsthumbnail, one process per picture as a shell script would start it, as many at
// once as the worker decodes, each with one thread.
import { execFile } from "node:child_process";
import { mkdir } from "node:fs/promises";
import { extname, join } from "node:path";
import { promisify } from "node:util";
import { serveLoop } from "../jobs/loop.ts";
import { commandPeers } from "./command-peers.ts";

const run = promisify(execFile);
const oneThread = { ...process.env, MAGICK_THREAD_LIMIT: "1", OMP_NUM_THREADS: "1", VIPS_CONCURRENCY: "1" };

/** The endings of what comes out, as the worker chooses them. */
const endings: Readonly<Record<string, string>> = { ".tif": ".jpg", ".gif": ".png" };

await serveLoop(async ({ folder, peer }) => {
  const { file, argumentsOf } = commandPeers[String(peer)] ?? {};
  if (file === undefined || argumentsOf === undefined)
    throw new RangeError(`no peer is called ${String(peer)}`);
  const out = join(folder, "out");
  await mkdir(out, { recursive: true });
  return (name, index) => {
    const ending = endings[extname(name)] ?? extname(name);
    return run(file, argumentsOf(join(folder, name), join(out, `${index}${ending}`)), { env: oneThread });
  };
});
