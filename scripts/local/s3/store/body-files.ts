// Files with the bytes of large bodies, in the data folder or, without one, in a temporary folder. Several bodies may use
// the bytes of one file. A file is deleted when no body uses it and nobody reads it.
import { closeSync, mkdirSync, mkdtempSync, openSync, readdirSync, readSync, rmSync } from "node:fs";
import { type FileHandle, open } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** A file that is being written. */
export type FileWriter = { append: (chunks: readonly Buffer[]) => Promise<void>; close: () => Promise<void> };

/** Reads and writes the files. */
export type BodyFiles = {
  create: (name: string) => Promise<FileWriter>;
  read: (name: string, at: number, size: number) => Buffer;
  /** The same bytes in chunks that are small, whatever the size; other work goes on in between. */
  stream: (name: string, at: number, size: number) => AsyncGenerator<Buffer>;
  /** Deletes a file, or lets the last of its readers do it. */
  remove: (name: string) => void;
  /** Keeps files until the returned function is called. */
  hold: (names: readonly string[]) => () => void;
  /** Deletes all files that are not named. */
  removeOthers: (used: ReadonlySet<string>) => void;
  /** Deletes a temporary folder. */
  close: () => void;
};

/** One call may write less than all, as on a full disk; the next one then says why. */
async function writeAll(file: FileHandle, chunks: readonly Buffer[]): Promise<void> {
  for (let rest = chunks.filter(({ length }) => length > 0); rest.length > 0; ) {
    let { bytesWritten } = await file.writev(rest);
    rest = rest.flatMap((chunk) => {
      const done = Math.min(bytesWritten, chunk.length);
      bytesWritten -= done;
      return done === chunk.length ? [] : [chunk.subarray(done)];
    });
  }
}

const chunkBytes = 256 * 1024;

async function* readChunks(path: string, at: number, size: number): AsyncGenerator<Buffer> {
  const file = await open(path, "r");
  try {
    for (let read = 0; read < size; ) {
      const buffer = Buffer.allocUnsafe(Math.min(chunkBytes, size - read));
      const { bytesRead } = await file.read(buffer, 0, buffer.length, at + read);
      if (bytesRead === 0) throw new Error(`${path} ended after ${read} of ${size} bytes at ${at}`);
      yield buffer.subarray(0, bytesRead);
      read += bytesRead;
    }
  } finally {
    await file.close();
  }
}

/** Opens the folder; a temporary one is made at the first write. */
export function openBodyFiles(dataDir: string | undefined): BodyFiles {
  let folder = dataDir === undefined ? undefined : join(dataDir, "s3-bodies");
  if (folder !== undefined) mkdirSync(folder, { recursive: true });
  const readers = new Map<string, number>();
  const unwanted = new Set<string>();
  const made = () => {
    folder ??= mkdtempSync(join(tmpdir(), "fifo-fleet-s3-"));
    return folder;
  };
  const remove = (name: string) => {
    if (readers.has(name)) unwanted.add(name);
    else if (folder !== undefined) rmSync(join(folder, name), { force: true });
  };
  const release = (name: string) => {
    const left = (readers.get(name) ?? 1) - 1;
    if (left > 0) return void readers.set(name, left);
    readers.delete(name);
    if (unwanted.delete(name)) remove(name);
  };
  return {
    create: async (name) => {
      const file = await open(join(made(), name), "wx");
      return { append: (chunks) => writeAll(file, chunks), close: () => file.close() };
    },
    read: (name, at, size) => {
      const file = openSync(join(made(), name), "r");
      try {
        const bytes = Buffer.allocUnsafe(size);
        const read = readSync(file, bytes, 0, size, at);
        if (read !== size) throw new Error(`${name} ended after ${read} of ${size} bytes at ${at}`);
        return bytes;
      } finally {
        closeSync(file);
      }
    },
    stream: (name, at, size) => readChunks(join(made(), name), at, size),
    remove,
    hold: (names) => {
      for (const name of names) readers.set(name, (readers.get(name) ?? 0) + 1);
      return () => {
        for (const name of names) release(name);
      };
    },
    removeOthers: (used) => {
      if (folder === undefined) return;
      for (const name of readdirSync(folder))
        if (!used.has(name)) rmSync(join(folder, name), { force: true });
    },
    close: () => {
      if (dataDir === undefined && folder !== undefined) rmSync(folder, { recursive: true, force: true });
    },
  };
}
