// The suites of pictures and mails: send mutated files through the worker's own decoding in real sandbox children.
import { readdir, stat, writeFile } from "node:fs/promises";
import { availableParallelism } from "node:os";
import { dirname, join, relative } from "node:path";
import { pino } from "pino";
import {
  type Sandbox,
  type SandboxDirectory,
  SandboxFailure,
} from "../../../worker/engine/sandbox/sandbox.ts";
import { decodeMail } from "../../../worker/jobs/mail/parse-mail/decode-mail.ts";
import { decodeUpload } from "../../../worker/jobs/pictures/resize-image/decode-upload.ts";
import { createDecodeSandbox } from "../../../worker/jobs/sandbox/decode-sandbox.ts";
import { sourceFile } from "../../../worker/jobs/shared/decode-untrusted.ts";
import { processTree } from "../measure/processes.ts";
import { nestedMail, tnefMail } from "./containers.ts";
import { batched, batchSize, createBatchSandbox } from "./mail-batches.ts";
import type { Mutation } from "./mutate/bytes.ts";
import { mutateMail } from "./mutate/mail.ts";
import { mutatePicture } from "./mutate/picture.ts";
import { heicSeeds, readerSeeds } from "./picture-seeds.ts";
import { mailSeeds, pictureSeeds } from "./seeds.ts";
import type { ReadySuite, RunOutcome } from "./suite.ts";

/** Decodes one file. Resolves to `decoded` or to the code of its refusal. */
type Decode = (directory: SandboxDirectory, sandbox: Sandbox, run: number) => Promise<string>;

/** The last run of a job: what still throws would be dead-lettered. */
const lastRun = 5;

/** Small results, so that a run costs little more than reading. */
const variants = [{ name: "fuzz", width: 48, height: 48, keyOf: (key: string) => key }] as const;

const neverAborted = new AbortController().signal;

const picture: Decode = async (directory, sandbox, run) => {
  const context = { sandbox, run, signal: neverAborted };
  const outcome = await decodeUpload(directory, variants, context);
  if (outcome.outcome === "refused") return `refused ${outcome.refusal.code}`;
  const [{ picture: made, file }] = outcome.pictures;
  if ((await stat(file)).size !== made.bytes)
    throw new RangeError("the result's size differs from the reported one");
  return "decoded";
};

const mail: Decode = async (directory, sandbox, run) => {
  const outcome = await decodeMail(directory, { sandbox, run, signal: neverAborted });
  return outcome.outcome === "refused" ? `refused ${outcome.refusal.code}` : "decoded";
};

/** What a suite feeds to which task. */
type Fed = { input: ReadySuite["input"]; decode: Decode; task: string };

const mutated =
  (seeds: readonly Buffer[], mutate: Mutation): ReadySuite["input"] =>
  (choices) =>
    mutate(choices.of(seeds), choices);

const suites = {
  pictures: async (): Promise<Fed> => ({
    input: mutated(await pictureSeeds(), mutatePicture),
    decode: picture,
    task: "decode-image",
  }),
  heic: async (): Promise<Fed> => ({
    input: mutated(await heicSeeds(), mutatePicture),
    decode: picture,
    task: "decode-image",
  }),
  readers: async (): Promise<Fed> => ({
    input: mutated(await readerSeeds(), mutatePicture),
    decode: picture,
    task: "decode-image",
  }),
  mails: async (): Promise<Fed> => ({
    input: mutated(mailSeeds(), mutateMail),
    decode: mail,
    task: "parse-mail",
  }),
  tnef: async (): Promise<Fed> => ({ input: tnefMail, decode: mail, task: "parse-mail" }),
  nested: async (): Promise<Fed> => ({ input: nestedMail, decode: mail, task: "parse-mail" }),
} as const;

/** Starts the suite with its own children. Mails go in batches, pictures one by one: decoding those is what costs. */
export async function sandboxedSuite(kind: keyof typeof suites): Promise<ReadySuite> {
  const { input, decode, task } = await suites[kind]();
  const size = availableParallelism() + 1;
  const sandbox = await createDecodeSandbox({ size, log: pino({ level: "silent" }), preload: [task] });
  const roots = new Set<string>();
  const alone = async (file: Buffer): Promise<RunOutcome> => {
    await using directory = await sandbox.directory();
    roots.add(dirname(directory.path));
    return await decoded(decode, directory, sandbox, file);
  };
  const batches = task === "parse-mail" ? await createBatchSandbox(size) : undefined;
  return {
    input,
    atOnce: batches === undefined ? size + 1 : batchSize * (size + 1),
    run: batches === undefined ? alone : batched(batches, alone, (root) => roots.add(root)),
    close: async () => {
      const left = (await Promise.all([...roots].map(leftFiles))).flat();
      await Promise.all([sandbox.close(), batches?.close()]);
      const children = processTree(process.pid).length - 1;
      return children > 0 ? [...left, `${children} processes are left after the end`] : left;
    },
  };
}

async function decoded(
  decode: Decode,
  directory: SandboxDirectory,
  sandbox: Sandbox,
  input: Buffer,
): Promise<RunOutcome> {
  const put = () => writeFile(join(directory.path, sourceFile), input);
  await put();
  try {
    return { name: await decode(directory, sandbox, 1) };
  } catch (error) {
    if (!(error instanceof SandboxFailure))
      return { name: "worker harmed", finding: { grave: true, what: String(error) } };
    // The child is replaced. What counts is whether the job ends when it is run again.
    const name = `failed ${error.reason}`;
    const what = `${error.reason}: ${error.detail.slice(-400)}`;
    await put();
    return decode(directory, sandbox, lastRun).then(
      (ended) => ({ name, finding: { grave: false, what: `${what}; then ${ended}` } }),
      (again: unknown) => ({
        name,
        finding: { grave: true, what: `${what}; on the last run ${String(again)}` },
      }),
    );
  }
}

/** What finished runs left behind. Directories of runs, which are used again, and of live children may stay, but must be empty. */
async function leftFiles(root: string): Promise<string[]> {
  const entries = await readdir(root, { recursive: true, withFileTypes: true });
  return entries.flatMap((entry) => {
    const inRun = relative(root, entry.parentPath).startsWith("run-");
    return entry.isFile() || inRun
      ? [`${relative(root, join(entry.parentPath, entry.name))} was left behind`]
      : [];
  });
}
