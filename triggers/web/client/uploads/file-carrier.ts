// Sends files of any size: small ones by a form, large ones in parts that S3 keeps, so that nothing is sent twice.

import { sizeText } from "../../store/words.ts";
import { call, Refusal } from "../page/api.ts";
import { missingParts, type Part, type SentPart } from "./parts.ts";
import { sendForm, sendPart } from "./send.ts";
import { step } from "./steps.ts";
import type { Carrier, Upload } from "./upload.ts";

type Issued = { link?: { url: string } } & (
  | { id: string; kind: "form"; url: string; fields: Record<string, string> }
  | { id: string; kind: "multipart"; partBytes: number; parts: number }
);

/** An upload as the API tells it. */
export type KnownUpload = {
  id: string;
  kind: "form" | "multipart";
  name: string;
  folder: string;
  bytes: number;
  state: "issued" | "stored" | "refused" | "cancelled";
  refusal?: { code: string; reason: string };
  partBytes?: number;
  parts?: SentPart[];
};

/** Parts of one file sent at the same time, and addresses asked for in one call. */
const partsAtOnce = 3;
const addressesAtOnce = 12;

export type FileCarrierOptions = {
  /** The API's path, for example `/api/v1/uploads`. */
  base: string;
  maxBytes: number;
  /** The API lists the open uploads. It does not to outsiders, who know only their own ids. */
  listed: boolean;
  /** What a person reads of a file that is stored. */
  arrived: string;
  /** Fields of the page that belong to every upload, for example the hours until it expires. */
  fields: () => Record<string, unknown>;
  /** Whether a refusal with this code is for the person to mend. Everything waits until they go on. */
  waitsForPerson: (code: string) => boolean;
  /** Told what must be remembered over a reload. */
  remember: (upload: Upload, what: "issued" | "sent" | "ended") => void;
};

/** A carrier of files. */
export function fileCarrier(options: FileCarrierOptions): Carrier {
  const { base, maxBytes, remember } = options;
  return {
    problem: async (file) => {
      // A folder that a browser hands over as a file cannot be read.
      await file.slice(0, 1).arrayBuffer();
      if (file.size <= maxBytes) return undefined;
      return `The file has ${sizeText(file.size)}; at most ${sizeText(maxBytes)} are taken.`;
    },
    send: async (upload, file, signal, changed) => {
      const begun = await unfinished(base, upload, signal);
      if (begun === "stored") return;
      const issued = begun ?? (await announce(options, upload, signal));
      upload.id = issued.id;
      remember(upload, "issued");
      if (issued.kind === "form") await sendSmall(issued, { upload, file, signal, changed });
      else await sendLarge(base, issued, { upload, file, signal, changed });
      remember(upload, "sent");
    },
    outcomes: (uploads) => findOutcomes(options, uploads),
    waitsForPerson: (error) => error instanceof Refusal && options.waitsForPerson(error.code),
    cancel: async (upload) => {
      remember(upload, "ended");
      await call("DELETE", `${base}/${upload.id}`);
    },
  };
}

/** Announces an upload; the answer says how to send it. */
async function announce({ base, fields }: FileCarrierOptions, upload: Upload, signal: AbortSignal) {
  const { name, folder, bytes, linkWish } = upload;
  const body = { name, folder, bytes, ...fields(), ...(linkWish && { link: linkWish }) };
  const issued = await step(signal, () => call<Issued>("POST", base, { body, signal }));
  if (issued.link !== undefined) upload.link = issued.link.url;
  return issued;
}

type Work = { upload: Upload; file: File; signal: AbortSignal; changed: () => void };

/** The multipart upload that this one goes on with, if it was begun and is still open; or that it is stored already. */
async function unfinished(base: string, { id, bytes }: Upload, signal: AbortSignal) {
  if (id === undefined) return undefined;
  const known = await step(signal, () => call<KnownUpload>("GET", `${base}/${id}`, { signal })).catch(
    orUndefined,
  );
  if (known?.state === "stored") return "stored" as const;
  if (known?.state === "issued" && known.kind === "multipart" && known.bytes === bytes && known.partBytes)
    return {
      id,
      kind: "multipart" as const,
      partBytes: known.partBytes,
      sent: known.parts ?? ("complete" as const),
    };
  if (known?.state === "issued") await call("DELETE", `${base}/${id}`).catch(() => {});
  return undefined;
}

function orUndefined(error: unknown): undefined {
  if (error instanceof Refusal) return undefined;
  throw error;
}

async function sendSmall(issued: Extract<Issued, { kind: "form" }>, { upload, file, signal, changed }: Work) {
  const onProgress = (bytes: number) => {
    upload.sent = bytes;
    changed();
  };
  await step(signal, () => sendForm(issued, file, { signal, onProgress }));
}

async function sendLarge(
  base: string,
  issued: { id: string; partBytes: number; sent?: SentPart[] | "complete" },
  work: Work,
): Promise<void> {
  const { id, partBytes, sent = [] } = issued;
  // The parts were put together, but the answer was lost.
  if (sent === "complete") return;
  const { upload, signal } = work;
  const etags = new Map(sent.map(({ number, etag }) => [number, etag]));
  const missing = missingParts(upload.bytes, partBytes, sent);
  for (const { number } of missing) etags.delete(number);
  const flow = new Flow(work, upload.bytes - missing.reduce((sum, { start, end }) => sum + end - start, 0));
  const take = addressTaker(base, id, missing, signal);
  const send = async (): Promise<void> => {
    for (let next = await take(); next !== undefined; next = await take()) {
      const { part, address } = next;
      etags.set(part.number, await sendOne({ ...work, part, flow, address }));
    }
  };
  await together(Array.from({ length: partsAtOnce }, send));
  const parts = [...etags].sort(([a], [b]) => a - b).map(([number, etag]) => ({ number, etag }));
  await step(signal, () => call("POST", `${base}/${id}/complete`, { body: { parts }, signal }));
}

/** Waits until all have ended, then fails with the first failure. Otherwise parts would go on behind a failed upload. */
async function together(all: readonly Promise<void>[]): Promise<void> {
  for (const ended of await Promise.allSettled(all)) if (ended.status === "rejected") throw ended.reason;
}

/** Bytes of a file's parts as they go. */
class Flow {
  readonly #work: Work;
  #finished: number;
  readonly #going = new Map<number, number>();

  constructor(work: Work, finished: number) {
    this.#work = work;
    this.#finished = finished;
    this.#show();
  }

  going(number: number, bytes: number): void {
    this.#going.set(number, bytes);
    this.#show();
  }

  finished(number: number, bytes: number): void {
    this.#going.delete(number);
    this.#finished += bytes;
    this.#show();
  }

  #show(): void {
    this.#work.upload.sent = [...this.#going.values()].reduce((sum, bytes) => sum + bytes, this.#finished);
    this.#work.changed();
  }
}

type Addressed = { part: Part; address: (again: boolean) => Promise<string> };

/** Hands out the missing parts with their addresses, which are asked for a few at a time: they do not live long. */
function addressTaker(base: string, id: string, missing: readonly Part[], signal: AbortSignal) {
  const waiting = [...missing];
  const known = new Map<number, string>();
  let asking: Promise<void> | undefined;
  const ask = async (numbers: number[]) => {
    const body = { numbers };
    const { urls } = await step(signal, () =>
      call<{ urls: { number: number; url: string }[] }>("POST", `${base}/${id}/parts`, { body, signal }),
    );
    for (const { number, url } of urls) known.set(number, url);
  };
  const address = async (part: Part, again: boolean): Promise<string> => {
    if (again) known.delete(part.number);
    for (;;) {
      const url = known.get(part.number);
      if (url !== undefined) return url;
      const ahead = waiting.slice(0, addressesAtOnce - 1).map(({ number }) => number);
      asking ??= ask([part.number, ...ahead]).finally(() => {
        asking = undefined;
      });
      await asking;
    }
  };
  return async (): Promise<Addressed | undefined> => {
    signal.throwIfAborted();
    const part = waiting.shift();
    return part && { part, address: (again) => address(part, again) };
  };
}

/** Sends one part. Its address may have expired while the line was down: then it asks for another, once per try. */
async function sendOne({
  part,
  file,
  signal,
  flow,
  address,
}: Work & Addressed & { flow: Flow }): Promise<string> {
  const body = file.slice(part.start, part.end);
  const onProgress = (bytes: number) => flow.going(part.number, bytes);
  const send = async (again: boolean) => {
    const url = await address(again);
    return step(signal, () => sendPart(url, body, { signal, onProgress }));
  };
  const { etag } = await send(false).catch((error: unknown) => {
    if (error instanceof Refusal && error.status === 403) return send(true);
    throw error;
  });
  if (etag === undefined) throw new Refusal(502, "no-etag", "The store did not name the part.");
  flow.finished(part.number, part.end - part.start);
  return etag;
}

/** Uploads that the list does not contain any more are looked at one by one: the list may be a moment behind. */
async function findOutcomes(
  { base, listed, arrived, remember }: FileCarrierOptions,
  uploads: readonly Upload[],
): Promise<void> {
  const { uploads: open } = listed ? await call<{ uploads: KnownUpload[] }>("GET", base) : { uploads: [] };
  const byId = new Map(open.map((known) => [known.id, known]));
  for (const upload of uploads) {
    if (upload.id === undefined) continue;
    const found = byId.get(upload.id);
    const known = found ?? (await call<KnownUpload>("GET", `${base}/${upload.id}`).catch(orUndefined));
    if (known?.state === "issued") continue;
    upload.state = known?.state === "stored" ? "done" : "refused";
    upload.text = known?.refusal?.reason ?? (known?.state === "stored" ? arrived : "It was cancelled.");
    remember(upload, "ended");
  }
}
