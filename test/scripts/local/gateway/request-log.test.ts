// The log of applied requests: what it keeps of many.
import { expect, test } from "vitest";
import { createRequestLog } from "../../../../scripts/local/gateway/request-log.ts";

const entry = {
  at: 0,
  arrivedAt: 0,
  givenAfter: 0,
  service: "sqs",
  action: "SendMessage",
  id: "id",
  status: 200,
};

test("of any number of requests the log has the newest in order, and never many more than it is asked to keep", () => {
  const log = createRequestLog(50);
  for (let seq = 1; seq <= 500; seq += 1) {
    log.append(entry);
    const kept = log.since(0).map((each) => each.seq);
    expect(kept.at(-1)).toBe(seq);
    expect(kept.length).toBeGreaterThanOrEqual(Math.min(seq, 50));
    expect(kept.length).toBeLessThanOrEqual(55);
    expect(kept).toEqual(Array.from(kept, (_, index) => seq - kept.length + 1 + index));
    expect(log.since(seq - 3).map((each) => each.seq)).toEqual(kept.slice(-3));
  }
});
