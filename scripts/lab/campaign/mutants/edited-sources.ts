// Text replacements in the worker's sources: they make a mutant, or a later version.
import { readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { FleetError } from "../../../../worker/fleet/errors.ts";
import { later } from "../plan/newer-messages.ts";
import type { Edit, Mutant } from "./mutant.ts";

const root = resolve(import.meta.dirname, "../../../..");

/** The text a mutant replaces does not occur exactly once in the worker: the mutant has to follow the sources. */
export class MutantOutdated extends FleetError {
  constructor(name: string, { file }: Edit, times: number) {
    super(`mutant "${name}": the text to replace occurs ${times} times in worker/${file}, expected once`);
  }
}

/** A file's text with the replacement applied. @throws MutantOutdated */
export function mutated(text: string, edit: Edit, name: string): string {
  const times = text.split(edit.from).length - 1;
  if (times !== 1) throw new MutantOutdated(name, edit, times);
  return text.replace(edit.from, () => edit.to);
}

/** The changed sources of a mutant, by file. @throws MutantOutdated */
export function mutatedFiles({ name, edits }: Pick<Mutant, "name" | "edits">): Map<string, string> {
  const files = new Map<string, string>();
  for (const edit of edits) {
    const text = files.get(edit.file) ?? readFileSync(join(root, "worker", edit.file), "utf8");
    files.set(edit.file, mutated(text, edit, name));
  }
  return files;
}

/**
 * A later version of the worker that shares queues with the present one: one payload has an additional field, and long
 * messages are split into chunks of another size. It also reads the next message version and a kind that was renamed.
 */
export const laterVersion: Pick<Mutant, "name" | "edits"> = {
  name: "later version",
  edits: [
    {
      file: "jobs/words/word-plan.ts",
      from: "export const wordsPerChunk = 98;",
      to: "export const wordsPerChunk = 61;",
    },
    {
      file: "jobs/pictures/remove-picture/job.ts",
      from: "versionId: z.string().min(1),",
      to: "versionId: z.string().min(1),\n  addedLater: z.object({ by: z.string() }).optional(),",
    },
    {
      file: "engine/receive/read-message.ts",
      from: "body = JSON.parse(text);",
      to: `body = JSON.parse(text, (name, value) =>
      name === "v" && value === ${later.version} ? 1 : name === "kind" && value === "${later.kind}" ? "remove-picture" : value);`,
    },
  ],
};

/** How a file begins that tells its decoder to attack. */
export const hostileMark = "hostile ";

/**
 * A decoder that can be taken over: it does to its own directory, pipe and process what a hostile file says, and dies. Every
 * worker of a campaign has it.
 */
export const obedientDecoder: Edit = {
  file: "jobs/pictures/resize-image/child/decode.ts",
  from: "const format = recognise(start);",
  to: `const format = recognise(start);
  if (!format) {
    const fs = await import("node:fs");
    const text = fs.readFileSync(input.file, "latin1");
    const own = process.cwd();
    const attempt = (...steps: (() => void)[]) => {
      for (const step of steps) try { step(); } catch {}
    };
    if (text.startsWith("${hostileMark}")) {
      const how = text.slice(${hostileMark.length}).trim();
      if (how === "seal-folder")
        attempt(() => fs.mkdirSync("sealed"), () => fs.writeFileSync("sealed/kept", "x"), () => fs.chmodSync("sealed", 0));
      if (how === "seal-directory") attempt(() => fs.writeFileSync("kept", "x"), () => fs.chmodSync(own, 0));
      if (how === "swap-directory")
        attempt(() => fs.rmSync(input.file), () => fs.rmdirSync(own), () => fs.writeFileSync(own, "a file now"));
      if (how === "drop-directory") attempt(() => fs.rmSync(input.file), () => fs.rmdirSync(own));
      if (how === "deep-folders")
        attempt(() => { for (let at = 0; at < 300; at += 1) { fs.mkdirSync("d"); process.chdir("d"); } });
      if (how === "many-files") attempt(() => { for (let at = 0; at < 2000; at += 1) fs.writeFileSync("f" + at, ""); });
      if (how === "close-pipe") attempt(() => fs.closeSync(3));
      process.kill(process.pid, "SIGKILL");
    }
  }`,
};
