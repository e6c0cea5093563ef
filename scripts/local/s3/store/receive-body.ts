// Takes a body in as it arrives: a small one in memory, a large one straight into a file. Knows no ids.
import { crc64Text, joinedCrc64, startCrc64 } from "../protocol/crc64.ts";
import type { BodyFiles, FileWriter } from "./body-files.ts";
import { pieceBytes } from "./database.ts";

/** Bodies of this size and more are in files. */
export const fileBytes = 1024 * 1024;

/** A piece of a body that has arrived. Its CRC is there when it was asked for. */
export type ReceivedPiece = { start: number; size: number; crc: bigint | undefined };

/** A body that has arrived but is not kept yet. */
export type ReceivedBody = {
  size: number;
  pieces: readonly ReceivedPiece[];
  /** All bytes, when they are not in a file. */
  bytes: Buffer | undefined;
  /** The name of the file. */
  file: string | undefined;
};

/** The CRC-64/NVME over a body that was received with the CRCs of its pieces, in base64. */
export const crc64OfReceived = ({ pieces }: Pick<ReceivedBody, "pieces">): string =>
  crc64Text(joinedCrc64(pieces.map(({ size, crc = 0n }) => ({ size, crc }))));

/** Divides bytes into pieces as they come by. */
class Pieces {
  readonly all: ReceivedPiece[] = [];
  readonly #withCrcs: boolean;
  #crc = startCrc64();
  #size = 0;
  #start = 0;

  constructor(withCrcs: boolean) {
    this.#withCrcs = withCrcs;
  }

  async add(chunk: Buffer): Promise<void> {
    for (let rest = chunk; rest.length > 0; ) {
      const part = rest.subarray(0, pieceBytes - this.#size);
      rest = rest.subarray(part.length);
      if (this.#withCrcs) this.#crc.update(part);
      this.#size += part.length;
      if (this.#size === pieceBytes) await this.end();
    }
  }

  async end(): Promise<void> {
    if (this.#size === 0) return;
    const crc = this.#withCrcs ? await this.#crc.value() : undefined;
    this.all.push({ start: this.#start, size: this.#size, crc });
    this.#start += this.#size;
    this.#size = 0;
    this.#crc = startCrc64();
  }
}

/**
 * Receives a body. Its file is removed when `chunks` fail.
 * @param name of the file, if it takes one
 */
export async function receiveBytes(
  files: BodyFiles,
  name: string,
  chunks: AsyncIterable<Buffer>,
  { crcs }: { crcs: boolean },
): Promise<ReceivedBody> {
  const pieces = new Pieces(crcs);
  let writer: FileWriter | undefined;
  let waiting: Buffer[] = [];
  let [size, waitingBytes] = [0, 0];
  const flush = async () => {
    writer ??= await files.create(name);
    await writer.append(waiting);
    waiting = [];
    waitingBytes = 0;
  };
  try {
    for await (const chunk of chunks) {
      await pieces.add(chunk);
      size += chunk.length;
      waiting.push(chunk);
      waitingBytes += chunk.length;
      if (waitingBytes >= fileBytes) await flush();
    }
    await pieces.end();
    if (writer === undefined)
      return { size, pieces: pieces.all, bytes: Buffer.concat(waiting), file: undefined };
    await flush();
    await writer.close();
    return { size, pieces: pieces.all, bytes: undefined, file: name };
  } catch (error) {
    await writer?.close();
    if (writer !== undefined) files.remove(name);
    throw error;
  }
}
