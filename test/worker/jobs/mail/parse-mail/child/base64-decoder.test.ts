// Our base64 decoder against libbase64's, which mailparser uses.

import type { Transform } from "node:stream";
import { buffer } from "node:stream/consumers";
import fc from "fast-check";
import { MailParser } from "mailparser";
import { expect, test } from "vitest";
import { Base64Decoder } from "../../../../../../worker/jobs/mail/parse-mail/child/base64-decoder.ts";

/** The decoder of mailparser's own for a part in base64. */
function theirDecoder(): Transform {
  const { splitter } = new MailParser() as unknown as {
    splitter: { node: { encoding: string; headers: object; getDecoder: () => Transform } };
  };
  const node = Object.assign(Object.create(splitter.node), { encoding: "base64", headers: {} });
  return node.getDecoder();
}

async function decoded(decoder: Transform, text: Buffer, size: number): Promise<string> {
  const all = buffer(decoder);
  for (let at = 0; at < text.length; at += size) decoder.write(text.subarray(at, at + size));
  decoder.end();
  return (await all).toString("hex");
}

const proper = fc
  .tuple(fc.uint8Array({ maxLength: 300 }), fc.integer({ min: 1, max: 80 }))
  .map(([bytes, width]) =>
    (
      Buffer.from(bytes)
        .toString("base64")
        .match(new RegExp(`.{1,${width}}`, "g")) ?? []
    ).join("\r\n"),
  );
const odd = fc.array(
  fc.constantFrom("A", "b", "9", "+", "/", "=", "==", "-", "_", "\r\n", " ", "!", "\0", "\u00c1"),
);
const text = fc.oneof(
  proper,
  odd.map((all) => all.join("")),
  fc.tuple(proper, odd, proper).map((all) => all.flat().join("")),
);

test("bytes come out as with the decoder of mailparser, however the text is cut", async () => {
  await fc.assert(
    fc.asyncProperty(text, fc.integer({ min: 1, max: 200 }), async (given, size) => {
      const bytes = Buffer.from(given, "latin1");
      expect(await decoded(new Base64Decoder(), bytes, size)).toBe(
        await decoded(theirDecoder(), bytes, size),
      );
    }),
    { numRuns: 600, seed: 19 },
  );
});

test("padding in the middle ends a group, and another follows", async () => {
  expect(await decoded(new Base64Decoder(), Buffer.from("QQ==Qg==\r\nQ0Q"), 3)).toBe("41424344");
});
