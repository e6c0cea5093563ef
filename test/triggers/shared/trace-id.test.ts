// A job's trace id is that of the X-Ray trace of the call that started it.
import { expect, test } from "vitest";
import { newTraceId } from "../../../triggers/shared/trace-id.ts";

const root = "1-67891233-abcdef012345678912345678";

test("a traced call gives its jobs its own trace id", () => {
  expect(newTraceId(`Root=${root};Parent=53995c3f42cd8ad8;Sampled=1;Lineage=a87bd80c:1`)).toBe(root);
});

test.each([
  "",
  `Root=${root};Parent=53995c3f42cd8ad8;Sampled=0`,
  "Root=x;Sampled=1",
  "Sampled=1",
  "nonsense",
])("without a trace (%s) every job has an id of its own", (header) => {
  const ids = [newTraceId(header), newTraceId(header)];
  for (const id of ids) expect(id).toMatch(/^[0-9a-f-]{36}$/);
  expect(ids[0]).not.toBe(ids[1]);
});
