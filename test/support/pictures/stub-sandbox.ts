// A sandbox that decodes nothing, for tests of the code around the decoding. A source that starts with `good` becomes a
// "picture": the signature of PNG followed by the source's bytes; `good first page` has a note. Any other source is refused.
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Sandbox } from "../../../worker/engine/sandbox/sandbox.ts";
import type { DecodeAnswer } from "../../../worker/jobs/pictures/resize-image/child/contract.ts";

const signature = Buffer.from("\x89PNG\r\n\x1a\n", "latin1");

/** The bytes of the result for a source. */
export const stubResult = (source: Buffer): Buffer => Buffer.concat([signature, source]);

/** The note of such a source. */
export const stubNote = { code: "further-pages", text: "The file has 3 pages; only the first is shown." };

export const stubSandbox: Sandbox = {
  directory: async () => {
    const path = await mkdtemp(join(tmpdir(), "stub-sandbox-"));
    return { path, [Symbol.asyncDispose]: () => rm(path, { recursive: true, force: true }) };
  },
  run: async (_, { directory }): Promise<DecodeAnswer> => {
    const source = await readFile(join(directory.path, "source"));
    if (!source.toString().startsWith("good"))
      return { outcome: "refused", code: "corrupt", reason: "Not good." };
    const bytes = stubResult(source);
    await writeFile(join(directory.path, "fit-400.result"), bytes);
    const picture = { format: "png" as const, width: 400, height: 300, frames: 1, bytes: bytes.length };
    const notes = source.toString().startsWith("good first page") ? [stubNote] : [];
    return { outcome: "decoded", pictures: [picture], notes };
  },
  close: async () => {},
};
