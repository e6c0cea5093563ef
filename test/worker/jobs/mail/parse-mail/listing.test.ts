// No sender can make a row too large for DynamoDB, whatever a mail's parts are called and however many there are.
import { marshall } from "@aws-sdk/util-dynamodb";
import fc from "fast-check";
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from "vitest";
import type { Sandbox } from "../../../../../worker/engine/sandbox/sandbox.ts";
import { decodeAnswerSchema } from "../../../../../worker/jobs/mail/parse-mail/decode-answer-schema.ts";
import { listingKey, listingOf } from "../../../../../worker/jobs/mail/parse-mail/listing.ts";
import { createDecodeSandbox } from "../../../../../worker/jobs/sandbox/decode-sandbox.ts";
import { type MailCloud, startMailCloud } from "../../../../support/mails/mail-cloud.ts";
import { type MailPart, multipart, textPart } from "../../../../support/mails/mails.ts";
import { silent } from "../../../../support/sandbox.ts";

let sandbox: Sandbox;
let cloud: MailCloud;
beforeAll(async () => {
  sandbox = await createDecodeSandbox({ size: 1, log: silent, preload: ["parse-mail"] });
});
afterAll(() => sandbox.close());
beforeEach(async () => {
  cloud = await startMailCloud(sandbox);
});
afterEach(() => cloud.close());

const attachmentCalled = (contentId: string): MailPart => ({
  header: [
    `Content-Type: application/${"x".repeat(120)}`,
    `Content-ID: <${contentId}>`,
    `Content-Disposition: attachment; filename="${"n".repeat(120)}"`,
  ],
  body: "x",
});

test("a mail with 495 attachments whose Content-IDs are long and not ASCII is a submission like any other", async () => {
  const ids = Array.from({ length: 495 }, (_, n) => `${"\u4e2d".repeat(990)}${n}`);
  const mail = multipart([textPart("Read me."), ...ids.map(attachmentCalled)]);
  const { status } = await cloud.deliver(await cloud.receive(mail));
  expect(status).toBe("completed");
  const [row] = await cloud.rows();
  expect(row?.parts).toHaveLength(496);
  const key = listingKey(String(row?.id));
  expect(row).toMatchObject({ listing: { key, bytes: expect.any(Number) } });
  const whole = JSON.parse((await cloud.part(key)).body.toString());
  expect(whole.parts).toHaveLength(496);
  expect(whole.parts[1].contentId).toBe("\u4e2d".repeat(200));
});

test("an ordinary mail is whole in its row, and has no further object", async () => {
  await cloud.deliver(await cloud.receive(multipart([textPart("a"), attachmentCalled("x@y")])));
  const [row] = await cloud.rows();
  expect(row).not.toHaveProperty("listing");
  expect(row?.parts).toMatchObject([{ n: 1 }, { n: 2, contentId: "x@y" }]);
  expect(await cloud.partKeys()).toHaveLength(2);
});

/** Bytes of a value as DynamoDB counts them (developer guide, "DynamoDB item sizes and formats"). */
function sizeOf(value: unknown): number {
  const [[type, held] = ["", ""]] = Object.entries(Object(value));
  if (type === "S") return Buffer.byteLength(String(held));
  if (type === "N") return 21;
  if (type === "L") return 3 + (held as unknown[]).reduce<number>((sum, one) => sum + 1 + sizeOf(one), 0);
  if (type === "M") return 3 + sizeOfItem(held as Record<string, unknown>);
  return 1;
}
const sizeOfItem = (item: Record<string, unknown>): number =>
  Object.entries(item).reduce((sum, [name, value]) => sum + 1 + Buffer.byteLength(name) + sizeOf(value), 0);

const text = (maxLength: number) =>
  fc
    .tuple(fc.constantFrom("a", '"', "\\", "\u00e9", "\u4e2d", "\u{1f600}"), fc.nat({ max: maxLength }))
    .map(([character, length]) => character.repeat(length).slice(0, maxLength).toWellFormed());

const partOfAnyMail = fc.record({
  role: fc.constantFrom("text" as const, "attachment" as const),
  contentType: fc.nat({ max: 190 }).map((length) => `text/${"x".repeat(length + 1)}`),
  bytes: fc.nat(),
  name: text(80),
  contentId: text(998),
  problem: text(200),
});

test("facts and parts of any answer that a child may give leave 110 KB of a row to the rest", () => {
  const answers = fc.record({
    subject: text(998),
    messageId: text(998),
    autoSubmitted: text(998),
    recipients: fc.array(text(320), { maxLength: 100, size: "max" }),
    parts: fc.array(partOfAnyMail, { maxLength: 502, size: "max" }),
  });
  fc.assert(
    fc.property(answers, ({ parts, ...facts }) => {
      const given = { ...facts, machineHeaders: [], list: false, report: false };
      const numbered = parts.map((part, n) => ({ ...part, file: `attachment-${n}` }));
      decodeAnswerSchema.parse({ outcome: "decoded", facts: given, parts: numbered });
      const produced = numbered.map((part) => ({ ...part, sha256: "0".repeat(64) }));
      const { whole, ...listed } = listingOf("0".repeat(32), given, produced);
      expect(sizeOfItem(marshall(listed, { removeUndefinedValues: true }))).toBeLessThan(400_000 - 110_000);
      expect(listed.parts.map(({ n, bytes }) => [n, bytes])).toEqual(
        parts.map(({ bytes }, at) => [at + 1, bytes]),
      );
      if (whole === undefined) return;
      const all = JSON.parse(whole.toString());
      expect(all.facts).toEqual(given);
      expect(all.parts.map(({ contentId }: { contentId: string }) => contentId)).toEqual(
        parts.map(({ contentId }) => contentId),
      );
    }),
    { numRuns: 60 },
  );
});
