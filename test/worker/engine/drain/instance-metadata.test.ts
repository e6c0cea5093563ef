// The metadata reader against a small real server that speaks only version 2.
import { expect, onTestFinished, test } from "vitest";
import { createMetadataReader } from "../../../../worker/engine/drain/instance-metadata.ts";
import { startMetadataServer } from "../../../support/metadata-server.ts";

async function setup() {
  const server = await startMetadataServer();
  onTestFinished(server.close);
  return { server, read: createMetadataReader(server.endpoint) };
}

const tokenCalls = (requests: string[]) =>
  requests.filter((request) => request.includes("/latest/api/token"));

test("one token by PUT serves many reads", async () => {
  const { server, read } = await setup();
  server.paths.set("spot/instance-action", "notice");
  expect([await read("spot/instance-action"), await read("spot/instance-action")]).toEqual([
    "notice",
    "notice",
  ]);
  expect(server.requests).toEqual([
    "PUT /latest/api/token",
    "GET /latest/meta-data/spot/instance-action",
    "GET /latest/meta-data/spot/instance-action",
  ]);
});

test("a token is asked for six hours, the longest that the service gives", async () => {
  const { server } = await setup();
  const asked: unknown[] = [];
  const read = createMetadataReader(server.endpoint, (input, init) => {
    asked.push(new Headers(init?.headers).get("x-aws-ec2-metadata-token-ttl-seconds"));
    return fetch(input, init);
  });
  await read("spot/instance-action");
  expect(asked).toEqual(["21600", null]);
});

test("a path that is not set is undefined, not an error", async () => {
  const { read } = await setup();
  expect(await read("spot/instance-action")).toBeUndefined();
});

test("an expired token is renewed once and the read repeated", async () => {
  const { server, read } = await setup();
  server.paths.set("a", "x");
  await read("a");
  server.expireTokens();
  expect(await read("a")).toBe("x");
  expect(tokenCalls(server.requests)).toHaveLength(2);
});

test("a service that also refuses the new token is an error, after one renewal", async () => {
  const { server, read } = await setup();
  server.failures.set("a", 401);
  await expect(read("a")).rejects.toThrow("metadata path a answered 401");
  expect(tokenCalls(server.requests)).toHaveLength(2);
});

test("without a token nothing is read: there is no fallback to version 1", async () => {
  const { server, read } = await setup();
  server.failures.set("token", 403);
  server.paths.set("a", "x");
  await expect(read("a")).rejects.toThrow("metadata token refused with status 403");
  expect(server.requests).toEqual(["PUT /latest/api/token"]);
});

test("any other status is an error that names the path", async () => {
  const { server, read } = await setup();
  server.failures.set("a", 500);
  await expect(read("a")).rejects.toThrow("metadata path a answered 500");
});

test("a service that does not answer is given up", async () => {
  const { server, read } = await setup();
  server.goSilent();
  await expect(read("a")).rejects.toMatchObject({ name: "TimeoutError" });
});

test("the refusal of an expired token is not left unread, which would keep its connection", async () => {
  const { server } = await setup();
  const answers: Response[] = [];
  const read = createMetadataReader(server.endpoint, async (...asked) => {
    const answer = await fetch(...asked);
    answers.push(answer);
    return answer;
  });
  server.paths.set("a", "x");
  await read("a");
  server.expireTokens();
  await read("a");
  expect(answers.map(({ status, bodyUsed }) => [status, bodyUsed])).toEqual([
    [200, true],
    [200, true],
    [401, true],
    [200, true],
    [200, true],
  ]);
});
