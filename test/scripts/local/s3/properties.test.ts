import { randomBytes } from "node:crypto";
import { mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  CreateBucketCommand,
  DeleteObjectCommand,
  GetObjectCommand,
  ListObjectsV2Command,
  ListObjectVersionsCommand,
  PutBucketVersioningCommand,
  PutObjectCommand,
} from "@aws-sdk/client-s3";
import fc from "fast-check";
import { XMLParser } from "fast-xml-parser";
import { afterAll, beforeAll, expect, test } from "vitest";
import { leaf } from "../../../../scripts/local/protocols/xml.ts";
import { decodeChunks } from "../../../../scripts/local/s3/protocol/aws-chunked.ts";
import { crc64Of, crc64Text, joinedCrc64 } from "../../../../scripts/local/s3/protocol/crc64.ts";
import { s3Document } from "../../../../scripts/local/s3/protocol/document.ts";
import { encodeKey } from "../../../../scripts/local/s3/protocol/encoding.ts";
import { S3Error } from "../../../../scripts/local/s3/protocol/errors.ts";
import { createBodies } from "../../../../scripts/local/s3/store/bodies.ts";
import { openDatabase, pieceBytes } from "../../../../scripts/local/s3/store/database.ts";
import { crc64OfReceived } from "../../../../scripts/local/s3/store/receive-body.ts";
import { startTestS3 } from "../../../support/s3.ts";

let store: Awaited<ReturnType<typeof startTestS3>>;
let buckets = 0;
beforeAll(async () => {
  store = await startTestS3();
});
afterAll(() => store.close());

async function newBucket(): Promise<string> {
  buckets += 1;
  const Bucket = `bucket-${buckets}`;
  await store.s3.send(new CreateBucketCommand({ Bucket }));
  return Bucket;
}

/** A change of one key: a put, a delete, the deletion of the nth newest version, a switch of versioning. */
const change = fc.oneof(
  { weight: 4, arbitrary: fc.record({ what: fc.constant("put" as const) }) },
  { weight: 2, arbitrary: fc.record({ what: fc.constant("delete" as const) }) },
  {
    weight: 3,
    arbitrary: fc.record({ what: fc.constant("delete-version" as const), nth: fc.nat({ max: 4 }) }),
  },
  { weight: 1, arbitrary: fc.record({ what: fc.constant("suspend" as const) }) },
  { weight: 1, arbitrary: fc.record({ what: fc.constant("enable" as const) }) },
);
type Change = typeof change extends fc.Arbitrary<infer Value> ? Value : never;
type Entry = { id: string; body: string | undefined };

/** A key's versions after some changes by S3's rules, newest first. Only objects have a body. */
async function applyTo(Bucket: string, changes: readonly Change[]): Promise<Entry[]> {
  const at = { Bucket, Key: "k" };
  let enabled = true;
  let versions: Entry[] = [];
  const push = (id: string, body: string | undefined) => {
    versions = [{ id, body }, ...versions.filter((entry) => id !== "null" || entry.id !== "null")];
  };
  const setVersioning = (Status: "Enabled" | "Suspended") =>
    store.s3.send(new PutBucketVersioningCommand({ Bucket, VersioningConfiguration: { Status } }));
  await setVersioning("Enabled");
  for (const [index, step] of changes.entries()) {
    if (step.what === "put") {
      const { VersionId } = await store.s3.send(new PutObjectCommand({ ...at, Body: `body ${index}` }));
      push(VersionId ?? "", `body ${index}`);
    } else if (step.what === "delete") {
      const { VersionId } = await store.s3.send(new DeleteObjectCommand(at));
      push(VersionId ?? "", undefined);
    } else if (step.what === "delete-version") {
      const VersionId = versions[step.nth]?.id ?? "null";
      await store.s3.send(new DeleteObjectCommand({ ...at, VersionId }));
      versions = versions.filter((entry) => entry.id !== VersionId);
    } else {
      enabled = step.what === "enable";
      await setVersioning(enabled ? "Enabled" : "Suspended");
    }
  }
  return versions;
}

test("for any order of puts, deletes and switches, versions and the current object match the model", async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(change, { maxLength: 12 }), async (changes) => {
      const Bucket = await newBucket();
      const expected = await applyTo(Bucket, changes);
      const listed = await store.s3.send(new ListObjectVersionsCommand({ Bucket }));
      const ids = (entries: readonly Entry[]) => entries.map((entry) => entry.id);
      expect(listed.Versions?.map((version) => version.VersionId) ?? []).toEqual(
        ids(expected.filter((entry) => entry.body !== undefined)),
      );
      expect(listed.DeleteMarkers?.map((marker) => marker.VersionId) ?? []).toEqual(
        ids(expected.filter((entry) => entry.body === undefined)),
      );
      const current = await store.s3.send(new GetObjectCommand({ Bucket, Key: "k" })).then(
        async ({ Body, VersionId }) => ({ id: VersionId, body: await Body?.transformToString() }),
        () => undefined,
      );
      const [latest] = expected;
      expect(current).toEqual(latest?.body === undefined ? undefined : latest);
    }),
    { numRuns: 60 },
  );
});

/** The expected listing with prefix and delimiter, computed in the simplest way. */
function naiveListing(keys: readonly string[], prefix: string, delimiter: string): string[] {
  const sorted = [...new Set(keys)].sort((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)));
  const folded = sorted
    .filter((key) => key.startsWith(prefix))
    .map((key) => {
      const end = delimiter === "" ? -1 : key.indexOf(delimiter, prefix.length);
      return end < 0 ? key : key.slice(0, end + delimiter.length);
    });
  return [...new Set(folded)].sort();
}

test("the pages of a listing add up to the whole listing, for any keys, prefix, delimiter and page size", async () => {
  const key = fc.string({
    unit: fc.constantFrom("a", "b", "/", "é", "\u{1f600}"),
    minLength: 1,
    maxLength: 5,
  });
  await fc.assert(
    fc.asyncProperty(
      fc.array(key, { maxLength: 12 }),
      fc.constantFrom("", "a", "a/", "é", "/"),
      fc.constantFrom("", "/", "a"),
      fc.integer({ min: 1, max: 4 }),
      async (keys, Prefix, Delimiter, MaxKeys) => {
        const Bucket = await newBucket();
        for (const Key of keys) await store.s3.send(new PutObjectCommand({ Bucket, Key, Body: "" }));
        const seen: (string | undefined)[] = [];
        let ContinuationToken: string | undefined;
        do {
          const page: Awaited<ReturnType<typeof list>> = await list({
            Bucket,
            Prefix,
            Delimiter,
            MaxKeys,
            ContinuationToken,
          });
          seen.push(...(page.Contents ?? []).map((entry) => entry.Key));
          seen.push(...(page.CommonPrefixes ?? []).map((entry) => entry.Prefix));
          ContinuationToken = page.NextContinuationToken;
        } while (ContinuationToken !== undefined);
        expect(seen.sort()).toEqual(naiveListing(keys, Prefix, Delimiter));
      },
    ),
    { numRuns: 60 },
  );
});
const list = (input: ConstructorParameters<typeof ListObjectsV2Command>[0]) =>
  store.s3.send(new ListObjectsV2Command(input));

/** Bytes as a body that arrives. */
async function* inChunks(bytes: Buffer, chunkBytes = 65_536): AsyncGenerator<Buffer> {
  for (let start = 0; start < bytes.length; start += chunkBytes)
    yield bytes.subarray(start, start + chunkBytes);
}

const gathered = async (chunks: AsyncIterable<Buffer>): Promise<Buffer> => {
  const all: Buffer[] = [];
  for await (const chunk of chunks) all.push(chunk);
  return Buffer.concat(all);
};

test("the CRC-64 joined from pieces is the CRC-64 of all bytes", async () => {
  const pieces = fc.array(fc.uint8Array({ maxLength: 300 }), { maxLength: 6 });
  await fc.assert(
    fc.asyncProperty(pieces, async (given) => {
      const crcs = await Promise.all(
        given.map(async (bytes) => ({ crc: await crc64Of(bytes), size: bytes.length })),
      );
      expect(joinedCrc64(crcs)).toBe(await crc64Of(Buffer.concat(given)));
    }),
  );
});

test("a slice of a body has the bytes of its range, outlives the body, and its file goes with the last user", async () => {
  const folder = await mkdtemp(join(tmpdir(), "bodies-"));
  const database = openDatabase(folder);
  const bodies = createBodies(database, folder);
  const bytes = randomBytes(pieceBytes + 5_000_000);
  const [start, end] = [1234, pieceBytes + 4_000_000];
  const received = await bodies.receive(inChunks(bytes), { crcs: true });
  expect(crc64OfReceived(received)).toBe(crc64Text(await crc64Of(bytes)));
  const [whole, slice] = database.transaction(() => {
    const id = bodies.keep(received);
    return [id, bodies.slice(id, start, end)];
  });
  database.transaction(() => bodies.remove(whole));
  expect((await gathered(bodies.pieces(slice))).equals(bytes.subarray(start, end))).toBe(true);
  expect(await readdir(join(folder, "s3-bodies"))).toHaveLength(1);
  const stream = bodies.pieces(slice);
  const first = (await stream.next()).value as Buffer;
  database.transaction(() => bodies.remove(slice));
  const rest = await gathered(stream);
  expect(Buffer.concat([first, rest]).equals(bytes.subarray(start, end))).toBe(true);
  expect(await readdir(join(folder, "s3-bodies"))).toEqual([]);
  database.close();
  await rm(folder, { recursive: true });
});

test("a body whose transaction is rolled back, or that breaks off, leaves no file", async () => {
  const folder = await mkdtemp(join(tmpdir(), "bodies-"));
  const database = openDatabase(folder);
  const bodies = createBodies(database, folder);
  const received = await bodies.receive(inChunks(Buffer.alloc(2_000_000)), { crcs: false });
  expect(await readdir(join(folder, "s3-bodies"))).toHaveLength(1);
  const failing = () =>
    database.transaction(() => {
      bodies.keep(received);
      throw new Error("rolled back");
    });
  expect(failing).toThrow("rolled back");
  expect(await readdir(join(folder, "s3-bodies"))).toEqual([]);
  async function* broken() {
    yield* inChunks(Buffer.alloc(3_000_000));
    expect(await readdir(join(folder, "s3-bodies"))).toHaveLength(1);
    throw new Error("gone");
  }
  await expect(bodies.receive(broken(), { crcs: false })).rejects.toThrow("gone");
  expect(await readdir(join(folder, "s3-bodies"))).toEqual([]);
  database.close();
  await rm(folder, { recursive: true });
});

test("any range of a body in pieces equals the slice of its bytes", async () => {
  const database = openDatabase(undefined);
  const bodies = createBodies(database);
  const bytes = Buffer.alloc(2 * pieceBytes + 1000);
  for (let at = 0; at + 4 <= bytes.length; at += 4) bytes.writeUInt32LE(at, at);
  const halves = [bytes.subarray(0, pieceBytes + 7), bytes.subarray(pieceBytes + 7)];
  const received = await Promise.all(halves.map((half) => bodies.receive(inChunks(half), { crcs: false })));
  const id = bodies.join(received.map(bodies.keep));
  fc.assert(
    fc.property(fc.nat({ max: bytes.length }), fc.nat({ max: 70_000 }), (start, length) => {
      const end = Math.min(bytes.length, start + length);
      expect(bodies.read(id, start, end).equals(bytes.subarray(start, end))).toBe(true);
    }),
  );
  expect((await gathered(bodies.pieces(id))).equals(bytes)).toBe(true);
  bodies.close();
  database.close();
});

const frame = (chunks: readonly Buffer[]) =>
  Buffer.concat([
    ...chunks.flatMap((chunk) => [
      Buffer.from(`${chunk.length.toString(16)}\r\n`),
      chunk,
      Buffer.from("\r\n"),
    ]),
    Buffer.from("0\r\nx-amz-checksum-crc32:AAAAAA==\r\n\r\n"),
  ]);

/** What decoding a body gives, whatever pieces it comes in. */
async function decodedOf(body: AsyncIterable<Buffer>) {
  const chunks = decodeChunks(body, undefined);
  const all: Buffer[] = [];
  let next = await chunks.next();
  for (; !next.done; next = await chunks.next()) all.push(next.value);
  return { bytes: Buffer.concat(all), trailer: next.value };
}

test("decoding chunks restores the bytes, and a body cut off anywhere is refused", async () => {
  const chunks = fc.array(fc.uint8Array({ minLength: 1, maxLength: 40 }).map((bytes) => Buffer.from(bytes)));
  const share = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true });
  await fc.assert(
    fc.asyncProperty(chunks, share, fc.integer({ min: 1, max: 50 }), async (parts, cutAt, pieceSize) => {
      const framed = frame(parts);
      const decoded = await decodedOf(inChunks(framed, pieceSize));
      expect(decoded.bytes.equals(Buffer.concat(parts))).toBe(true);
      expect(decoded.trailer).toEqual({ "x-amz-checksum-crc32": "AAAAAA==" });
      const beforeEnd = framed.lastIndexOf("0\r\nx-amz");
      const cut = framed.subarray(0, Math.floor(cutAt * (beforeEnd + 2)));
      await expect(decodedOf(inChunks(cut, pieceSize))).rejects.toThrow(S3Error);
    }),
  );
});

test("a key in an event decodes to the key, with + for a space", () => {
  fc.assert(
    fc.property(fc.string({ unit: "grapheme", minLength: 1 }), (key) => {
      expect(decodeURIComponent(encodeKey(key).replaceAll("+", " "))).toBe(key);
    }),
  );
});

test("any text written into an XML element is read back unchanged", () => {
  const printable = fc.string({ unit: "grapheme-ascii" }).filter((text) => text.trim() !== "");
  const parser = new XMLParser({ parseTagValue: false, trimValues: false, htmlEntities: true });
  fc.assert(
    fc.property(printable, (text) => {
      const parsed: unknown = parser.parse(s3Document("Root", [leaf("Key", text)]));
      expect(parsed).toMatchObject({ Root: { Key: text } });
    }),
  );
});
