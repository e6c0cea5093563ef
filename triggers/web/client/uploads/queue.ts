// The queue of uploads of a page: some are sent at the same time, the others wait; then it asks what became of them.
import { Refusal } from "../page/api.ts";
import { type Carrier, isSettled, type LinkWish, type Upload } from "./upload.ts";

/** Files sent at the same time. */
const atOnce = 4;

/** How often it asks what became of what was sent: quickly first, then more slowly. Milliseconds. */
const pauseMs = { first: 700, factor: 1.4, most: 5000 };

class Stopped extends Error {}

/** The queue. `changed` is called after every change. */
export class UploadQueue {
  readonly uploads: Upload[] = [];
  readonly #carrier: Carrier;
  readonly #changed: () => void;
  #keys = 0;
  #paused = false;
  #asking = false;
  #pause = pauseMs.first;

  constructor(carrier: Carrier, changed: () => void) {
    this.#carrier = carrier;
    this.#changed = changed;
  }

  get paused(): boolean {
    return this.#paused;
  }

  /** Adds a file and sends it when its turn comes. With a wish it gets a link. */
  async add(file: File, folder: string, linkWish?: LinkWish): Promise<void> {
    this.#keys += 1;
    const { name, size: bytes } = file;
    const upload: Upload = {
      key: this.#keys,
      name,
      folder,
      bytes,
      file,
      state: "checking",
      sent: 0,
      text: "",
      ...(linkWish && { linkWish }),
    };
    this.uploads.push(upload);
    const problem = await this.#carrier.problem(file).catch(() => "The file cannot be read.");
    if (upload.state !== "checking") return;
    if (problem !== undefined) this.#settle(upload, "refused", problem);
    else upload.state = this.#paused ? "paused" : "waiting";
    this.#next();
  }

  /** Lists an upload from before a reload. It waits for its file. */
  restore(known: Pick<Upload, "name" | "folder" | "bytes" | "sent" | "id">): void {
    this.#keys += 1;
    this.uploads.push({ key: this.#keys, text: "", ...known, file: undefined, state: "lost" });
    this.#changed();
  }

  /** Lists an upload whose bytes are all there but whose job has not ended. */
  restoreSent(known: Pick<Upload, "name" | "folder" | "bytes" | "id">): void {
    this.#keys += 1;
    const sent = known.bytes;
    this.uploads.push({ key: this.#keys, text: "", ...known, sent, file: undefined, state: "processing" });
    this.#watch();
    this.#changed();
  }

  /** An upload of the list that a chosen file continues: same name, folder and size. */
  lost({ name, size }: Pick<File, "name" | "size">, folder: string): Upload | undefined {
    return this.uploads.find(
      (upload) =>
        upload.state === "lost" && upload.name === name && upload.bytes === size && upload.folder === folder,
    );
  }

  /** Goes on with an upload. */
  resume(upload: Upload, file: File): void {
    upload.file = file;
    upload.state = "waiting";
    this.#next();
  }

  /** Pauses everything, or goes on. What S3 already has is not sent again. */
  setPaused(paused: boolean): void {
    this.#paused = paused;
    for (const upload of this.uploads) {
      if (paused && (upload.state === "sending" || upload.state === "waiting")) {
        upload.state = "paused";
        upload.stop?.abort(new Stopped());
      } else if (!paused && upload.state === "paused") upload.state = "waiting";
    }
    this.#next();
  }

  /** Tries failed uploads again: one, or all. */
  retry(only?: Upload): void {
    for (const upload of only ? [only] : this.uploads)
      if (upload.state === "failed" && upload.file !== undefined) {
        upload.state = this.#paused ? "paused" : "waiting";
        upload.text = "";
      }
    this.#next();
  }

  /** Takes an upload off the list; what has been sent of it is thrown away. */
  remove(upload: Upload): void {
    this.uploads.splice(this.uploads.indexOf(upload), 1);
    if (upload.state === "checking") upload.state = "refused";
    upload.stop?.abort(new Stopped());
    if (upload.state !== "done" && upload.id !== undefined) this.#carrier.cancel?.(upload).catch(() => {});
    this.#next();
  }

  /** Takes off what is done or refused. */
  clear(): void {
    for (const upload of this.uploads.filter(({ state }) => state === "done" || state === "refused"))
      this.uploads.splice(this.uploads.indexOf(upload), 1);
    this.#changed();
  }

  /** Whether leaving the page would interrupt something. */
  get busy(): boolean {
    return this.uploads.some(({ state }) => ["checking", "waiting", "sending", "paused"].includes(state));
  }

  #next(): void {
    const sending = this.uploads.filter(({ state }) => state === "sending").length;
    if (!this.#paused)
      for (const upload of this.uploads.filter(({ state }) => state === "waiting").slice(0, atOnce - sending))
        void this.#send(upload);
    this.#changed();
  }

  async #send(upload: Upload): Promise<void> {
    const { file } = upload;
    if (file === undefined) return;
    const stop = new AbortController();
    upload.stop = stop;
    upload.state = "sending";
    try {
      await this.#carrier.send(upload, file, stop.signal, this.#changed);
      if (stop.signal.aborted) return;
      upload.sent = upload.bytes;
      upload.state = "processing";
      this.#pause = pauseMs.first;
      this.#watch();
    } catch (error) {
      if (stop.signal.aborted) return;
      if (this.#carrier.waitsForPerson?.(error)) {
        upload.state = "paused";
        this.setPaused(true);
      } else
        this.#settle(
          upload,
          error instanceof Refusal && isFinal(error) ? "refused" : "failed",
          textOf(error),
        );
    } finally {
      this.#next();
    }
  }

  #settle(upload: Upload, state: "failed" | "refused", text: string): void {
    upload.state = state;
    upload.text = text;
  }

  #watch(): void {
    if (this.#asking) return;
    this.#asking = true;
    void this.#ask().finally(() => {
      this.#asking = false;
    });
  }

  async #ask(): Promise<void> {
    for (;;) {
      await new Promise((resolve) => setTimeout(resolve, this.#pause));
      const open = this.uploads.filter(({ state }) => state === "processing");
      if (open.length === 0) return;
      // While nobody looks, nobody needs to know.
      if (document.hidden) continue;
      await this.#carrier.outcomes(open).catch(() => {});
      const ended = open.filter(isSettled).length;
      this.#pause = ended > 0 ? pauseMs.first : Math.min(pauseMs.most, this.#pause * pauseMs.factor);
      if (ended > 0) document.dispatchEvent(new Event("fleet:changed"));
      this.#changed();
    }
  }
}

/** Whether trying again cannot help. */
const isFinal = ({ status }: Refusal) => status === 413 || status === 422;

const textOf = (error: unknown) =>
  error instanceof Error && error.message !== "" ? error.message : "It failed.";
