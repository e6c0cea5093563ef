// Signatures alone: a timestamp counts only as Slack writes it, even if it was signed.
import { expect, test } from "vitest";
import { isSigned, signatureOf } from "../../../triggers/slack-message/signature.ts";

const nowMs = 1_355_517_524_000;
const body = Buffer.from("hello");
const accepted = (timestamp: string) =>
  isSigned({ body, timestamp, signature: signatureOf(body, timestamp, "secret") }, ["secret"], nowMs);

test("a signed timestamp is digits and nothing else", () => {
  expect(accepted("1355517524")).toBe(true);
  for (const odd of [
    " 1355517524",
    "+1355517524",
    "1355517524.0",
    "1355517524e0",
    "0x50cb8d94",
    "01355517524000",
  ])
    expect([odd, accepted(odd)]).toEqual([odd, false]);
});

test("a request without a signature, or with one that Slack would not write, is refused by name and not by an error", () => {
  const signed = signatureOf(body, "1355517524", "secret");
  const given = [undefined, "", signed.slice(3), signed.toUpperCase(), `${signed}0`, signed.slice(0, -1)];
  for (const signature of given)
    expect([signature, isSigned({ body, timestamp: "1355517524", signature }, ["secret"], nowMs)]).toEqual([
      signature,
      false,
    ]);
});
