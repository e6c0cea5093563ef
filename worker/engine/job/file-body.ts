// Bodies of objects that are files: a large one is sent from its file, never as a whole in memory.
import { createReadStream } from "node:fs";
import { Readable } from "node:stream";
import { noteSpent } from "./spent-bytes.ts";

/** On a body: the file whose bytes it is. */
export const ofFile = Symbol("of a file");

/** A file to send. */
export type SentFile = { path: string; bytes: number };

/** A body that is a file. */
export type FileBody = Readable & { [ofFile]: SentFile };

/** Makes a body of a file; it is opened when it is first read. @param file its path and size */
export function fileBody(file: SentFile): FileBody {
  const read = async function* () {
    for await (const piece of createReadStream(file.path)) {
      yield piece;
      noteSpent(piece.length);
    }
  };
  return Object.assign(Readable.from(read(), { objectMode: false }), { [ofFile]: file });
}

/** Whether a body is a file's. */
export const isFileBody = (body: unknown): body is FileBody => body instanceof Readable && ofFile in body;
