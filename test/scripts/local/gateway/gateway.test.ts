import { request as httpRequest } from "node:http";
import { afterEach, expect, test } from "vitest";
import { VirtualClock } from "../../../../scripts/local/clock/clock.ts";
import type { Fault } from "../../../../scripts/local/gateway/faults.ts";
import { type Gateway, startGateway } from "../../../../scripts/local/gateway/gateway.ts";
import { proxyService } from "../../../../scripts/local/gateway/proxy.ts";
import type { LocalService, ServiceRequest } from "../../../../scripts/local/gateway/service.ts";

const open: Gateway[] = [];
afterEach(async () => {
  await Promise.all(open.splice(0).map((gateway) => gateway.close()));
});

/** A service that answers its name and the body, and records what it applied. */
function echo(name: string, extra: Partial<LocalService> = {}) {
  const applied: string[] = [];
  const service: LocalService = {
    name,
    actionOf: (request) => request.headers["x-amz-target"]?.split(".")[1] ?? "Echo",
    handle: async (request) => {
      applied.push(request.body.toString());
      return { status: 200, body: `${name}:${request.body}`, summary: { bytes: request.body.length } };
    },
    errorResponse: (_, { status, code }) => ({ status, body: `${name} error ${code}` }),
    ...extra,
  };
  return { service, applied };
}

async function start(services: LocalService[], extra: Partial<Parameters<typeof startGateway>[0]> = {}) {
  const gateway = await startGateway({ port: 0, services, ...extra });
  open.push(gateway);
  return gateway;
}

const scope = (service: string) => ({
  authorization: `AWS4-HMAC-SHA256 Credential=AKID/20260101/eu-west-1/${service}/aws4_request, Signature=00`,
});
const send = (gateway: Gateway, headers: Record<string, string> = {}, body = "hello", path = "/") =>
  fetch(gateway.url + path, { method: "POST", headers, body });
const once = (fault: Fault) => {
  let used = false;
  return () => {
    if (used) return undefined;
    used = true;
    return fault;
  };
};

test("a request goes to the service of its target, else of its credential scope, else to S3", async () => {
  const gateway = await start([
    echo("sqs", { targetPrefixes: ["AmazonSQS."] }).service,
    echo("sns").service,
    echo("s3").service,
  ]);
  const answers = [
    await send(gateway, { "x-amz-target": "AmazonSQS.SendMessage", ...scope("sns") }),
    await send(gateway, scope("sns")),
    await send(gateway, {}, "hello", "/?X-Amz-Credential=AKID%2F20260101%2Feu-west-1%2Fsns%2Faws4_request"),
    await send(gateway),
  ];
  expect(await Promise.all(answers.map((answer) => answer.text()))).toEqual([
    "sqs:hello",
    "sns:hello",
    "sns:hello",
    "s3:hello",
  ]);
});

test("an unknown service answers 501 NotImplemented, never another service's success", async () => {
  const gateway = await start([echo("s3").service]);
  const xml = await send(gateway, scope("ses"));
  expect([xml.status, await xml.text()]).toEqual([
    501,
    expect.stringContaining("<Code>NotImplemented</Code>"),
  ]);
  const json = await send(gateway, { "x-amz-target": "Unheard.Of" });
  expect([json.status, await json.json()]).toEqual([
    501,
    expect.objectContaining({ __type: "NotImplemented" }),
  ]);
});

test("the log has every applied request in order, with its sender, times and the service's summary", async () => {
  const clock = new VirtualClock(1000);
  const gateway = await start([echo("sqs").service], { clock });
  const seen: number[] = [];
  gateway.requests.subscribe((entry) => seen.push(entry.seq));
  await send(gateway, scope("sqs"), "a");
  clock.advance(5);
  await send(gateway, { "x-amz-target": "AmazonSQS.Go", ...scope("sqs") }, "bb");
  const answer = await fetch(`${gateway.url}/_local/requests?since=1`);
  expect(await answer.json()).toEqual({
    requests: [
      {
        seq: 2,
        at: 1005,
        arrivedAt: 1005,
        givenAfter: 1,
        service: "sqs",
        action: "Go",
        id: expect.any(String),
        from: "AKID",
        status: 200,
        summary: { bytes: 2 },
      },
    ],
  });
  expect(seen).toEqual([1, 2]);
});

test("an answer from a fault reaches the caller unchanged, and nothing is applied", async () => {
  const { service, applied } = echo("s3");
  const gateway = await start([service]);
  gateway.faults.push(once({ kind: "answer", status: 409, headers: { "x-refused": "yes" }, body: "no" }));
  const answer = await send(gateway, scope("s3"), "a");
  expect([answer.status, answer.headers.get("x-refused"), await answer.text()]).toEqual([409, "yes", "no"]);
  expect(applied).toEqual([]);
});

test("a held request is only applied after the event it waits for", async () => {
  const { service, applied } = echo("s3");
  const gateway = await start([service]);
  const [arrived, happened] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
  const rule = once({ kind: "hold", until: happened.promise });
  gateway.faults.push(() => {
    arrived.resolve();
    return rule();
  });
  const held = send(gateway, scope("s3"), "held");
  await arrived.promise;
  await send(gateway, scope("s3"), "other");
  expect(applied).toEqual(["other"]);
  happened.resolve();
  await held;
  expect(applied).toEqual(["other", "held"]);
});

test("the listener for applied requests gets each with its answer before the caller does", async () => {
  const seen: unknown[] = [];
  const gateway = await start([echo("sqs").service], {
    onApplied: ({ request, action }, response, entry) =>
      seen.push([action, request.body.toString(), response.status, entry.seq]),
  });
  gateway.faults.push(once({ kind: "drop-answer" }));
  await send(gateway, { "x-amz-target": "AmazonSQS.Go", ...scope("sqs") }, "a").catch(() => {});
  expect(seen).toEqual([["Go", "a", 200, 1]]);
});

test("a connection dropped before the request leaves nothing applied", async () => {
  const { service, applied } = echo("s3");
  const gateway = await start([service]);
  gateway.faults.push(once({ kind: "drop-before-apply" }));
  await expect(send(gateway)).rejects.toThrow();
  expect([applied, gateway.requests.since(0)]).toEqual([[], []]);
});

test("after a dropped answer or a reset in the body the request is applied and the caller has no answer", async () => {
  const { service, applied } = echo("s3");
  const gateway = await start([service]);
  gateway.faults.push(once({ kind: "drop-answer" }), once({ kind: "reset-in-body" }));
  await expect(send(gateway, {}, "one")).rejects.toThrow();
  const half = await send(gateway, {}, "two");
  expect(half.status).toBe(200);
  await expect(half.text()).rejects.toThrow();
  expect(applied).toEqual(["one", "two"]);
  expect(gateway.requests.since(0).map((entry) => entry.fault)).toEqual(["drop-answer", "reset-in-body"]);
});

test("an injected error has the service's own shape and applies nothing", async () => {
  const { service, applied } = echo("s3");
  const gateway = await start([service]);
  gateway.faults.push(once({ kind: "error", status: 503, code: "SlowDown", message: "later" }));
  const answer = await send(gateway);
  expect([answer.status, await answer.text(), applied]).toEqual([503, "s3 error SlowDown", []]);
});

test("a duplicated request is applied twice and answered once", async () => {
  const { service, applied } = echo("s3");
  const gateway = await start([service]);
  gateway.faults.push(once({ kind: "duplicate" }));
  expect(await (await send(gateway, {}, "twice")).text()).toBe("s3:twice");
  expect(applied).toEqual(["twice", "twice"]);
  expect(new Set(gateway.requests.since(0).map((entry) => entry.id)).size).toBe(1);
});

test("a delay waits on the cloud's clock, before and after the request is applied", async () => {
  const clock = new VirtualClock();
  const { service, applied } = echo("s3");
  const gateway = await start([service], { clock });
  let asked = () => {};
  const arrived = new Promise<void>((resolve) => {
    asked = resolve;
  });
  gateway.faults.push(() => {
    asked();
    return { kind: "delay", beforeMs: 1000, afterMs: 2000 };
  });
  const answer = send(gateway);
  await arrived;
  await new Promise(setImmediate);
  expect(applied).toEqual([]);
  clock.advance(1000);
  await new Promise(setImmediate);
  expect(applied).toEqual(["hello"]);
  clock.advance(2000);
  expect(await (await answer).text()).toBe("s3:hello");
});

test("declared rules match by service, action, nth and times, and can be removed", async () => {
  const gateway = await start([echo("sqs").service, echo("s3").service]);
  const rule = {
    service: "sqs",
    action: "Echo",
    fault: { kind: "error", status: 500, code: "X" },
    nth: 2,
    times: 1,
  };
  await fetch(`${gateway.url}/_local/faults`, { method: "POST", body: JSON.stringify(rule) });
  const statuses = async (name: string, count: number) => {
    const seen = [];
    for (let call = 0; call < count; call += 1) seen.push((await send(gateway, scope(name))).status);
    return seen;
  };
  expect(await statuses("sqs", 5)).toEqual([200, 500, 200, 200, 200]);
  expect(await statuses("s3", 3)).toEqual([200, 200, 200]);
  await fetch(`${gateway.url}/_local/faults`, {
    method: "POST",
    body: JSON.stringify({ ...rule, nth: 1, times: 9 }),
  });
  expect(await statuses("sqs", 1)).toEqual([500]);
  await fetch(`${gateway.url}/_local/faults`, { method: "DELETE" });
  expect(await statuses("sqs", 1)).toEqual([200]);
});

test("a control call with a wrong body answers 400 and names the field", async () => {
  const gateway = await start([]);
  const answer = await fetch(`${gateway.url}/_local/faults`, {
    method: "POST",
    body: JSON.stringify({ fault: { kind: "delay" }, probability: 2 }),
  });
  expect([answer.status, await answer.json()]).toEqual([
    400,
    { error: expect.stringContaining("probability") },
  ]);
});

test("the signal aborts only when the caller goes away", async () => {
  let gone = () => {};
  const aborted = new Promise<void>((resolve) => {
    gone = resolve;
  });
  let arrived: (request: ServiceRequest) => void = () => {};
  const arrival = new Promise<ServiceRequest>((resolve) => {
    arrived = resolve;
  });
  const gateway = await start([
    echo("s3", {
      handle: async (request) => {
        if (request.body.toString() !== "wait") return { status: 200, body: String(request.signal.aborted) };
        arrived(request);
        request.signal.addEventListener("abort", gone);
        await aborted;
        return { status: 200 };
      },
    }).service,
  ]);
  const caller = httpRequest({ port: gateway.port, host: "127.0.0.1", method: "POST" });
  caller.on("error", () => {});
  caller.end("wait");
  expect((await arrival).signal.aborted).toBe(false);
  caller.destroy();
  await aborted;
  expect(await (await send(gateway)).text()).toBe("false");
});

test("a body above the limit is refused with 413", async () => {
  const gateway = await start([echo("s3").service], { bodyLimitBytes: 10 });
  expect((await send(gateway, {}, "x".repeat(11))).status).toBe(413);
  expect((await send(gateway, {}, "x".repeat(10))).status).toBe(200);
});

test("a proxied service gets the request unchanged; a dead endpoint answers 503", async () => {
  const behind = await start([echo("db", { targetPrefixes: ["DynamoDB_20120810."] }).service]);
  const proxy = proxyService("dynamodb", behind.url, ["DynamoDB_20120810."]);
  const gateway = await start([proxy]);
  const target = { "x-amz-target": "DynamoDB_20120810.GetItem" };
  expect(await (await send(gateway, target, "{}")).text()).toBe("db:{}");
  expect(gateway.requests.since(0)[0]).toMatchObject({ service: "dynamodb", action: "GetItem" });
  await behind.close();
  expect((await send(gateway, target, "{}")).status).toBe(503);
});
