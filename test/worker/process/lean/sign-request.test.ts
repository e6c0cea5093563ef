// Signatures against the examples that AWS published with Signature Version 4 (its test suite, `post-vanilla` and
// `post-x-www-form-urlencoded`).
import { expect, test } from "vitest";
import { createSigner } from "../../../../worker/process/lean/sign-request.ts";

const credentials = {
  accessKeyId: "AKIDEXAMPLE",
  secretAccessKey: "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY",
};
const at = new Date("2015-08-30T12:36:00Z");
const host = "example.amazonaws.com";
const sign = createSigner({ region: "us-east-1", service: "service" });

test("an empty request is signed as AWS's example says", () => {
  expect(sign({ headers: { host }, body: "", at }, credentials).authorization).toBe(
    "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/us-east-1/service/aws4_request, SignedHeaders=host;x-amz-date, " +
      "Signature=5da7c1a2acd57cee7505fc6676e4e544621c30862966e37dddb68e92efbe5d6b",
  );
});

test("a request with a body and its type is signed as AWS's example says", () => {
  const headers = { host, "content-type": "application/x-www-form-urlencoded" };
  expect(sign({ headers, body: "Param1=value1", at }, credentials).authorization).toContain(
    "Signature=ff11897932ad3f4e8b18135d722051e5ac45fc38421b1da7b9d196a0fe09473a",
  );
});

test("new credentials and a new day are signed with a new key", () => {
  const signature = (secretAccessKey: string, when: Date) =>
    sign({ headers: { host }, body: "", at: when }, { ...credentials, secretAccessKey }).authorization?.slice(
      -64,
    );
  const tomorrow = new Date(at.getTime() + 86_400_000);
  const fresh = (secretAccessKey: string, when: Date) =>
    createSigner({ region: "us-east-1", service: "service" })(
      { headers: { host }, body: "", at: when },
      { ...credentials, secretAccessKey },
    ).authorization?.slice(-64);
  for (const [secret, when] of [
    ["one", at],
    ["two", at],
    ["two", tomorrow],
    ["one", at],
  ] as const)
    expect(signature(secret, when)).toBe(fresh(secret, when));
});

test("a session's token is sent and signed", () => {
  const headers = sign({ headers: { host }, body: "", at }, { ...credentials, sessionToken: "token" });
  expect(headers["x-amz-security-token"]).toBe("token");
  expect(headers.authorization).toContain("SignedHeaders=host;x-amz-date;x-amz-security-token,");
});
