// Lambda's runtime API as a runtime uses it: ask for the next invocation, then report its result.
import { afterEach, beforeEach, expect, test } from "vitest";
import {
  type RuntimeApi,
  startRuntimeApi,
} from "../../../../../scripts/lab/cloud-check/lambda/runtime-api.ts";

let api: RuntimeApi;
const functionArn = "arn:aws:lambda:eu-west-1:000000000000:function:f";
beforeEach(async () => {
  api = await startRuntimeApi({ functionArn, timeoutSeconds: 30, now: () => 1000 });
});
afterEach(() => api.close());

const call = (path: string, body?: unknown) =>
  fetch(`http://${api.address}/2018-06-01/runtime/${path}`, {
    ...(body !== undefined && { method: "POST", body: JSON.stringify(body) }),
  });
const idOf = (response: Response) => response.headers.get("lambda-runtime-aws-request-id") ?? "";

test("an invocation is handed out with its deadline and function, and its response reaches the caller", async () => {
  const answer = api.invoke({ hello: "world" });
  const next = await call("invocation/next");
  expect(await next.json()).toEqual({ hello: "world" });
  expect(next.headers.get("lambda-runtime-deadline-ms")).toBe("31000");
  expect(next.headers.get("lambda-runtime-invoked-function-arn")).toBe(functionArn);
  expect((await call(`invocation/${idOf(next)}/response`, { done: true })).status).toBe(202);
  expect(await answer).toEqual({ ended: "response", value: { done: true } });
});

test("a runtime that asks first is answered when an invocation arrives; an error reaches the caller", async () => {
  const asking = call("invocation/next");
  const answer = api.invoke(1);
  const id = idOf(await asking);
  await call(`invocation/${id}/error`, { errorType: "TypeError", errorMessage: "no" });
  expect(await answer).toEqual({ ended: "error", type: "TypeError", message: "no" });
});

test("a runtime that cannot start fails this and every later invocation", async () => {
  const waiting = api.invoke(1);
  await call("init/error", { errorType: "Runtime.ImportModuleError", errorMessage: "no module" });
  const failed = { ended: "error", type: "Runtime.ImportModuleError", message: "no module" };
  expect([await waiting, await api.invoke(2)]).toEqual([failed, failed]);
});

test("a runtime that exits fails its current invocation, and unknown paths answer 404", async () => {
  const answer = api.invoke(1);
  await call("invocation/next");
  api.fail("exit 1");
  expect(await answer).toEqual({ ended: "error", type: "Runtime.ExitError", message: "exit 1" });
  expect((await call("invocation/unknown", {})).status).toBe(404);
});
