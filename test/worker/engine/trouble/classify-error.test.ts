// What an error of a service means: every code the SDK models is in the table, and what is not in it is put off.

import { readFileSync } from "node:fs";
import { join } from "node:path";
import * as dynamodb from "@aws-sdk/client-dynamodb";
import * as s3 from "@aws-sdk/client-s3";
import * as ses from "@aws-sdk/client-sesv2";
import * as sns from "@aws-sdk/client-sns";
import * as sqs from "@aws-sdk/client-sqs";
import fc from "fast-check";
import { expect, test } from "vitest";
import { EffectRefused } from "../../../../worker/engine/ledger/ledger.ts";
import { classOf, classOfCode, isCloudTrouble } from "../../../../worker/engine/trouble/classify-error.ts";
import { CloudTrouble } from "../../../../worker/engine/trouble/cloud-trouble.ts";
import { FleetError } from "../../../../worker/fleet/errors.ts";
import {
  cancellationCodes,
  commonCodes,
  networkCodes,
  type Service,
  serviceCodes,
  services,
} from "../../../../worker/fleet/service-errors.ts";

const wordsOf = (codes: object): string[] => Object.values(codes).flatMap((list: string) => list.split(" "));
const known = new Set([commonCodes, ...Object.values(serviceCodes)].flatMap(wordsOf));

/** An error as the SDK throws it. */
const answered = (name: string, more: object = {}) =>
  Object.assign(new Error("as the service says"), { name, $metadata: { attempts: 1 }, ...more });

/** The names of all exceptions that a client's package models. */
function modelled(client: object, base: abstract new (...args: never) => Error): string[] {
  return Object.entries(client).flatMap(([name, value]) =>
    typeof value === "function" && value.prototype instanceof base ? [name] : [],
  );
}

test.each<[Service, string[]]>([
  ["s3", modelled(s3, s3.S3ServiceException)],
  ["sqs", modelled(sqs, sqs.SQSServiceException)],
  ["sns", modelled(sns, sns.SNSServiceException)],
  ["dynamodb", modelled(dynamodb, dynamodb.DynamoDBServiceException)],
  ["ses", modelled(ses, ses.SESv2ServiceException)],
])("every code that the SDK models for %s is in the table", (service, names) => {
  const table = new Set([...wordsOf(serviceCodes[service]), ...wordsOf(commonCodes)]);
  expect(names.length).toBeGreaterThan(10);
  expect(names.filter((name) => !table.has(name))).toEqual([]);
});

test("no code stands in two classes of one service", () => {
  for (const codes of [commonCodes, cancellationCodes, ...Object.values(serviceCodes)]) {
    const all = wordsOf(codes);
    expect(all.filter((code, index) => all.indexOf(code) !== index)).toEqual([]);
  }
});

test("a code that nobody knows is put off, never failed, whichever service says it", () => {
  const code = fc.string({ minLength: 1 }).filter((name) => !known.has(name));
  fc.assert(
    fc.property(code, fc.constantFrom(...services, undefined), (name, service) => {
      expect(classOfCode(service, name)).toBe("put off");
      expect(isCloudTrouble(answered(name), service)).toBe(true);
    }),
    { numRuns: 1000 },
  );
});

test.each([
  ["s3", "SlowDown"],
  ["s3", "AccessDenied"],
  ["s3", "NoSuchBucket"],
  ["s3", "KMS.DisabledException"],
  ["sqs", "KmsThrottled"],
  ["sqs", "QueueDoesNotExist"],
  ["dynamodb", "ResourceInUseException"],
  ["dynamodb", "ProvisionedThroughputExceededException"],
  ["dynamodb", "ExpiredTokenException"],
  ["ses", "MailFromDomainNotVerifiedException"],
  ["ses", "NotFoundException"],
] as const)("%s %s is put off", (service, code) => {
  expect(classOf(answered(code), service)).toBe("put off");
});

test("what the call itself got wrong is a failure; an answer about the data is a verdict", () => {
  expect(classOf(answered("ValidationException"), "dynamodb")).toBe("failure");
  expect(classOf(answered("KeyTooLongError"), "s3")).toBe("failure");
  expect(classOf(answered("NoSuchKey"), "s3")).toBe("verdict");
  expect(classOf(answered("ConditionalCheckFailedException"), "dynamodb")).toBe("verdict");
});

test("a cancelled transaction is what its worst reason is", () => {
  const cancelled = (...codes: string[]) =>
    classOf(
      answered("TransactionCanceledException", { CancellationReasons: codes.map((Code) => ({ Code })) }),
    );
  expect(cancelled("None", "TransactionConflict", "ThrottlingError")).toBe("put off");
  expect(cancelled("TransactionConflict", "ConditionalCheckFailed")).toBe("verdict");
  expect(cancelled("ConditionalCheckFailed", "ValidationError")).toBe("failure");
  expect(cancelled()).toBe("put off");
  expect(classOf(answered("TransactionCanceledException"))).toBe("put off");
});

test.each(networkCodes.split(" "))(
  "the network's %s is put off, inside a call and while a body is read",
  (code) => {
    expect(classOf(Object.assign(new Error(code), { code }))).toBe("put off");
    expect(classOf(Object.assign(new Error(code), { code, $metadata: {} }), "s3")).toBe("put off");
  },
);

test("an answer that never came and an answer nobody can read are put off", () => {
  expect(classOf(answered("TimeoutError"), "s3")).toBe("put off");
  expect(classOf(answered("SyntaxError"), "dynamodb")).toBe("put off");
  expect(classOf(Object.assign(new Error("none"), { name: "CredentialsProviderError" }))).toBe("put off");
});

test("an error of the job's own code is nobody else's, even if it is called like a service's", () => {
  for (const error of [new Error("broken"), new TypeError("x"), "text", undefined, { name: "SlowDown" }])
    expect(classOf(error)).toBeUndefined();
  const slowDown = Object.assign(new Error("mine"), { name: "SlowDown" });
  expect(classOf(slowDown)).toBeUndefined();
  const outOfFiles = Object.assign(new Error("EMFILE"), { code: "EMFILE" });
  expect(classOf(outOfFiles)).toBeUndefined();
});

test("an error of this project is what the answer that caused it is", () => {
  expect(classOf(new FleetError("wrapped", { cause: answered("SlowDown") }), "s3")).toBe("put off");
  expect(classOf(new CloudTrouble("s3", "half a body"))).toBe("put off");
  const refused = answered("TransactionCanceledException", {
    CancellationReasons: [{ Code: "ConditionalCheckFailed" }],
  });
  expect(classOf(new EffectRefused("job", 0, { cause: refused }))).toBe("verdict");
  const slack = Object.assign(new Error("x"), { code: "ECONNREFUSED" });
  expect(classOf(new FleetError("no connection to Slack", { cause: slack }))).toBeUndefined();
});

test("docs/error-codes.md lists every code under its service and class", () => {
  const page = readFileSync(join(import.meta.dirname, "../../../../docs/error-codes.md"), "utf8");
  const listed = (codes: object) =>
    Object.entries(codes).map(
      ([name, list]: [string, string]) =>
        `**${name}**: ${list
          .split(" ")
          .map((code) => `\`${code}\``)
          .join(" ")}`,
    );
  const lines = new Set(page.split("\n"));
  const all = [commonCodes, cancellationCodes, ...Object.values(serviceCodes)].flatMap(listed);
  expect(all.filter((line) => !lines.has(line))).toEqual([]);
  expect(page).toContain(networkCodes);
});
