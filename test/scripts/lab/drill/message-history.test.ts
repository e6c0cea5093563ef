import { expect, test } from "vitest";
import type { Applied } from "../../../../scripts/control/local-control.ts";
import {
  fateOf,
  heldBy,
  messageHistory,
  receivedAfter,
} from "../../../../scripts/lab/drill/message-history.ts";

/** Makes a log from caller, action, messages and, for visibility, seconds; one second apart. */
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

test("a worker holds what it received and neither deleted nor returned, extended or not", () => {
  const history = messageHistory(log);
  expect(heldBy(history, "one", 1)).toEqual(["a", "b", "c", "d", "e"]);
  expect(heldBy(history, "one", 3)).toEqual(["b", "c", "d", "e"]);
  expect(heldBy(history, "one", 7)).toEqual(["e"]);
  expect(heldBy(history, "two", 8)).toEqual(["c", "d", "e"]);
  expect(heldBy(history, "one", 9)).toEqual([]);
});

test("a held message is finished, returned (with the time to the next receive), taken over, or left", () => {
  const history = messageHistory(log);
  expect(receivedAfter(history, "one", 3)).toEqual(["f"]);
  const event = { who: "one", seq: 3, eventAt: 3500 };
  expect(fateOf(history, [...heldBy(history, "one", 3), "f"], event)).toEqual({
    finished: 1,
    returned: 3,
    pickedUpMs: [1000, 1000],
    takenOverMs: [4500],
    left: 0,
    lastSettledAt: 6000,
  });
});

test("an untouched message is left, and a message received again by the same worker was not picked up", () => {
  const again = messageHistory([
    ...logOf(["one", "ReceiveMessage", ["a", "b"]], ["one", "ChangeMessageVisibility", ["a"], [0]]),
    ...logOf(["one", "ReceiveMessage", ["a"]]).map((entry) => ({ ...entry, seq: 3, at: 3000 })),
  ]);
  const fate = fateOf(again, ["a", "b"], { who: "one", seq: 1, eventAt: 1000 });
  expect(fate).toMatchObject({ returned: 1, pickedUpMs: [], left: 1 });
});

test("refused requests and other services change no holder", () => {
  const refused = logOf(["one", "DeleteMessage", ["a"]]).map((entry) => ({ ...entry, status: 400 }));
  const other = logOf(["one", "ReceiveMessage", ["a"]]).map((entry) => ({ ...entry, service: "sns" }));
  expect(messageHistory([...refused, ...other]).size).toBe(0);
});
