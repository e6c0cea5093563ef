// Reads files that a sandboxed task left.
import { readFileSync } from "node:fs";
import { readFile } from "node:fs/promises";

/** Up to here a file is read at once: a thread of libuv's pool would take several times the CPU of the short system calls. */
export const smallBytes = 1024 * 1024;

/** All of a file. @param bytes its size */
export const readResult = async (file: string, bytes: number): Promise<Buffer> =>
  bytes <= smallBytes ? readFileSync(file) : readFile(file);
