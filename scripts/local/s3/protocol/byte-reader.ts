// Reads lines and counted bytes from chunks of any size. Keeps at most one chunk and one line.
import { S3Error } from "./errors.ts";

const crlf = Buffer.from("\r\n");

/** A body that is read piece by piece. All reads throw S3Error IncompleteBody when it ends too early. */
export class ByteReader {
  readonly #source: AsyncIterator<Buffer>;
  #ahead: Buffer = Buffer.alloc(0);

  constructor(body: AsyncIterable<Buffer>) {
    this.#source = body[Symbol.asyncIterator]();
  }

  /** The bytes up to CRLF, without it; throws when there are more than `most`. */
  async line(most: number): Promise<string> {
    for (;;) {
      const end = this.#ahead.indexOf(crlf);
      if (end > most || (end < 0 && this.#ahead.length > most + 1)) throw new S3Error("IncompleteBody");
      if (end >= 0) {
        const line = this.#ahead.toString("latin1", 0, end);
        this.#ahead = this.#ahead.subarray(end + crlf.length);
        return line;
      }
      await this.#more();
    }
  }

  /** The next `count` bytes, in pieces as they come. */
  async *bytes(count: number): AsyncGenerator<Buffer> {
    for (let left = count; left > 0; ) {
      if (this.#ahead.length === 0) await this.#more();
      const piece = this.#ahead.subarray(0, left);
      this.#ahead = this.#ahead.subarray(piece.length);
      left -= piece.length;
      yield piece;
    }
  }

  /** Everything that is left; throws when there are more than `most` bytes. */
  async rest(most: number): Promise<Buffer> {
    for (;;) {
      if (this.#ahead.length > most) throw new S3Error("IncompleteBody");
      const { done, value } = await this.#source.next();
      if (done) return this.#ahead;
      this.#ahead = Buffer.concat([this.#ahead, value]);
    }
  }

  async #more(): Promise<void> {
    const { done, value } = await this.#source.next();
    if (done) throw new S3Error("IncompleteBody");
    this.#ahead = this.#ahead.length === 0 ? value : Buffer.concat([this.#ahead, value]);
  }
}
