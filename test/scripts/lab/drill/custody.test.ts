import { expect, test } from "vitest";
import type { Applied } from "../../../../scripts/control/local-control.ts";
import { custodyOf, fateOf, heldBy, receivedAfter } from "../../../../scripts/lab/drill/custody.ts";

/** A log from lines of who, action, messages and, for visibility, seconds; a second between two. */
function logOf(
  ...lines: [from: string, action: string, messages: string[], seconds?: number[]][]
): Applied[] {
  return lines.map(([from, action, messages, seconds], index) => ({
    seq: index + 1,
    at: (index + 1) * 1000,
    service: "sqs",
    action,
    status: 200,
    from,
    summary: { queue: "q.fifo", messages, ...(seconds && { seconds }) },
  }));
}

const log = logOf(
  ["one", "ReceiveMessage", ["a", "b", "c", "d", "e"]],
  ["one", "DeleteMessageBatch", ["a"]],
  ["one", "ChangeMessageVisibilityBatch", ["b", "c", "d", "e"], [60, 60, 60, 60]],
  ["one", "ReceiveMessage", ["f"]],
  ["one", "DeleteMessageBatch", ["b"]],
  ["one", "ChangeMessageVisibilityBatch", ["f", "d", "c"], [0, 0, 0]],
  ["two", "ReceiveMessage", ["c", "d"]],
  ["two", "ReceiveMessage", ["e"]],
  ["two", "DeleteMessageBatch", ["c", "d"]],
);

test("a worker holds what it received and neither deleted nor handed back, extended or not", () => {
  const custody = custodyOf(log);
  expect(heldBy(custody, "one", 1)).toEqual(["a", "b", "c", "d", "e"]);
  expect(heldBy(custody, "one", 3)).toEqual(["b", "c", "d", "e"]);
  expect(heldBy(custody, "one", 7)).toEqual(["e"]);
  expect(heldBy(custody, "two", 8)).toEqual(["c", "d", "e"]);
  expect(heldBy(custody, "one", 9)).toEqual([]);
});

test("the fate of what was held is finished, handed back with the time to the next receive, taken over, or open", () => {
  const custody = custodyOf(log);
  expect(receivedAfter(custody, "one", 3)).toEqual(["f"]);
  const event = { who: "one", seq: 3, eventAt: 3500 };
  expect(fateOf(custody, [...heldBy(custody, "one", 3), "f"], event)).toEqual({
    finished: 1,
    returned: 3,
    pickedUpMs: [1000, 1000],
    takenOverMs: [4500],
    left: 0,
    lastSettledAt: 6000,
  });
});

test("what nobody has touched since is left, and a message the same worker receives again was not picked up", () => {
  const again = custodyOf([
    ...logOf(["one", "ReceiveMessage", ["a", "b"]], ["one", "ChangeMessageVisibility", ["a"], [0]]),
    ...logOf(["one", "ReceiveMessage", ["a"]]).map((entry) => ({ ...entry, seq: 3, at: 3000 })),
  ]);
  const fate = fateOf(again, ["a", "b"], { who: "one", seq: 1, eventAt: 1000 });
  expect(fate).toMatchObject({ returned: 1, pickedUpMs: [], left: 1 });
});

test("refused requests and other services change no custody", () => {
  const refused = logOf(["one", "DeleteMessage", ["a"]]).map((entry) => ({ ...entry, status: 400 }));
  const other = logOf(["one", "ReceiveMessage", ["a"]]).map((entry) => ({ ...entry, service: "sns" }));
  expect(custodyOf([...refused, ...other]).size).toBe(0);
});
