// Services that do not answer, put together from what all workers announce.
import { expect, test } from "vitest";
import type { Trouble, WorkerStatus } from "../../../scripts/status/fleet-status.ts";
import { troubleInWords, troublesOf, unconfinedInWords } from "../../../scripts/status/troubles.ts";

const s3 = (since: string, resources: string[]): Trouble => ({
  service: "s3",
  since,
  code: "SlowDown",
  resources,
});
const worker = (troubles?: Trouble[]): WorkerStatus => ({
  id: "w",
  state: "ready",
  busySlots: 0,
  idleSlots: 1,
  instance: null,
  kinds: [],
  seenSecondsAgo: 0,
  ...(troubles && { troubles }),
});

test("a service that several workers miss is one entry, since the first of them missed it", () => {
  const ses: Trouble = {
    service: "ses",
    since: "2026-01-01T13:00:00.000Z",
    code: "Throttling",
    resources: [],
  };
  expect(
    troublesOf([
      worker([s3("2026-01-01T14:05:00.000Z", ["b"])]),
      worker(),
      worker([s3("2026-01-01T14:02:00.000Z", ["a", "b"]), ses]),
    ]),
  ).toEqual([ses, s3("2026-01-01T14:02:00.000Z", ["a", "b"])]);
});

test("the sentence names service, time, error and resources", () => {
  const since = new Date(2026, 0, 1, 14, 2).toISOString();
  expect(troubleInWords(s3(since, ["uploads", "results"]))).toBe(
    "S3 refuses requests since 14:02 (SlowDown; uploads, results)",
  );
  expect(troubleInWords({ service: "ses", since, code: "TimeoutError", resources: [] })).toBe(
    "SES does not answer since 14:02 (TimeoutError)",
  );
});

test("workers whose decode children are not confined are named, with what is missing", () => {
  expect(unconfinedInWords([worker(), { ...worker(), unconfined: [] }])).toBeUndefined();
  const bare = { ...worker(), id: "bare", unconfined: ["network", "files"] };
  expect(unconfinedInWords([worker(), bare])).toBe(
    "1 worker decodes without confinement (network, files): bare",
  );
  expect(unconfinedInWords([bare, { ...bare, id: "other", unconfined: ["files"] }])).toBe(
    "2 workers decode without confinement (network, files): bare, other",
  );
});
