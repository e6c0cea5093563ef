// `npm run lab -- big-file`: a system of its own, a real Chromium, a sparse file up and down, and the memory of everything.
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Browser } from "playwright-core";
import * as z from "zod";
import { partBytesOf } from "../../../triggers/web/uploads/transfer.ts";
import { FleetError } from "../../../worker/fleet/errors.ts";
import { exitCodes, runCommand } from "../../../worker/process/command.ts";
import type { CommandEnvironment } from "../command-environment.ts";
import { watchMemory } from "../measure/memory.ts";
import { hasProc } from "../measure/processes.ts";
import { findBrowser, signInByForm, startBrowser } from "../screenshot/browser.ts";
import { type LocalProcess, startLocalProcess } from "../soak/local-process.ts";
import { packAndRead } from "./archive.ts";
import { type BigFileArguments, readArguments } from "./arguments.ts";
import { processName } from "./process-name.ts";
import { type BigFileResult, reportOf, resultOf } from "./report.ts";
import { sha256OfFile, writeSparseFile } from "./sparse-file.ts";
import { receiveFile, sendFile } from "./transfer.ts";

/** Something that the proof needs is not on this machine. */
export class MissingHere extends FleetError {}

type Streams = Omit<CommandEnvironment, "env">;

/** Runs the command. Resolves to the exit code. */
export function runBigFile(args: readonly string[], streams: Streams): Promise<number> {
  return runCommand(
    "big-file",
    async () => {
      const asked = readArguments(args, streams);
      const progress = (line: string) => streams.stderr.write(`big-file: ${line}\n`);
      const result = await bigFile(asked, { progress, signal: streams.signal });
      if (result === undefined) return exitCodes.interrupted;
      streams.stdout.write(`${asked.json ? JSON.stringify(result) : reportOf(result)}\n`);
      return result.problems.length === 0 ? exitCodes.done : exitCodes.failed;
    },
    streams,
  );
}

type Surroundings = { progress: (line: string) => void; signal: AbortSignal };

/** Sends the file and judges; undefined when it is stopped. @throws MissingHere, TransferFailed, LocalDidNotStart */
export async function bigFile(
  asked: BigFileArguments,
  { progress, signal }: Surroundings,
): Promise<BigFileResult | undefined> {
  const chromium = await findBrowser();
  if (chromium === undefined) throw new MissingHere("there is no Chromium; CHROMIUM_PATH names one");
  if (!hasProc()) throw new MissingHere("needs /proc to read the memory of processes");
  const folder = await mkdtemp(join(tmpdir(), "fifo-fleet-big-"));
  let local: LocalProcess | undefined;
  let browser: Browser | undefined;
  try {
    progress("starting a system and a browser");
    local = await startLocalProcess({
      args: ["--min-workers", "1"],
      environment: {},
      temporaryFolder: folder,
      logFile: join(folder, "local.log"),
    });
    browser = await startBrowser(chromium, { downloadsPath: folder });
    const stopped = once(signal, "abort").then(() => undefined);
    return await Promise.race([measure(asked, { local, browser, folder, progress }), local.died, stopped]);
  } finally {
    await browser?.close();
    await local?.interrupt();
    await rm(folder, { recursive: true, force: true });
  }
}

type Parts = { local: LocalProcess; browser: Browser; folder: string } & Pick<Surroundings, "progress">;

const peopleSchema = z.object({
  people: z.array(z.object({ name: z.string(), address: z.string(), password: z.string() })).min(1),
});

async function measure(asked: BigFileArguments, { local, browser, folder, progress }: Parts) {
  const path = join(folder, "big file.bin");
  await writeSparseFile(path, asked.size);
  // It is known long before it is needed.
  const sentHash = sha256OfFile(path);
  const memory = watchMemory(processName);
  try {
    const page = await (await browser.newContext({ acceptDownloads: true })).newPage();
    const { people } = peopleSchema.parse(local.ready);
    const { web } = local.ready;
    if (people[0] !== undefined) await signInByForm(page, web, people[0]);
    const parts = Math.ceil(asked.size / partBytesOf(asked.size));
    const options = { web, path, parts, patienceSeconds: 60 + asked.size / 10e6 };
    progress(`sending ${parts} parts, with a reload in the middle`);
    const sent = await sendFile(page, options);
    progress("downloading");
    const startedAt = performance.now();
    const received = await sha256OfFile(await receiveFile(page, options));
    const downloadSeconds = (performance.now() - startedAt) / 1000;
    if (asked.zip) progress("packing");
    const archive = asked.zip ? await packAndRead(page, options) : undefined;
    const sha256 = { sent: await sentHash, received };
    return resultOf(asked, { sent, downloadSeconds, sha256, archive, parts, memory: memory.peaks() });
  } finally {
    memory.stop();
  }
}
