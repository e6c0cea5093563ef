// Who may make control calls, over real HTTP: programs on this machine, but not other sites' pages in its browser.
import { request } from "node:http";
import { afterEach, expect, test } from "vitest";
import { type Gateway, startGateway } from "../../../../scripts/local/gateway/gateway.ts";

const gateways: Gateway[] = [];
afterEach(async () => {
  for (const gateway of gateways.splice(0)) await gateway.close();
});

async function start(): Promise<Gateway> {
  const gateway = await startGateway({ services: [], port: 0 });
  gateways.push(gateway);
  return gateway;
}

const rule = JSON.stringify({ fault: { kind: "drop-before-apply" } });

/** Posts a rule with headers that fetch does not allow. */
function post({ port }: Gateway, headers: Record<string, string>): Promise<number | undefined> {
  return new Promise((resolve, reject) => {
    const call = request(
      { host: "127.0.0.1", port, path: "/_local/faults", method: "POST", headers },
      (answer) => {
        answer.resume();
        answer.on("end", () => resolve(answer.statusCode));
      },
    );
    call.on("error", reject);
    call.end(rule);
  });
}

test("a control call with another host name, as in DNS rebinding, is refused and changes nothing", async () => {
  const gateway = await start();
  for (const host of ["evil.example", `evil.example:${gateway.port}`, "127.0.0.1.evil.example"])
    expect([host, await post(gateway, { host })]).toEqual([host, 403]);
  expect(gateway.faults).toEqual([]);
});

test("a control call from another site's page is refused and changes nothing", async () => {
  const gateway = await start();
  for (const origin of ["https://evil.example", "null", `http://127.0.0.1:${gateway.port + 1}`])
    expect(await post(gateway, { origin, "content-type": "text/plain" })).toBe(403);
  expect(gateway.faults).toEqual([]);
});

test("programs on this machine and the endpoint's own pages are served", async () => {
  const gateway = await start();
  const own = `127.0.0.1:${gateway.port}`;
  expect(await post(gateway, { host: own })).toBe(200);
  expect(await post(gateway, { host: `localhost:${gateway.port}` })).toBe(200);
  expect(await post(gateway, { host: own, origin: `http://${own}` })).toBe(200);
  expect(gateway.faults).toHaveLength(3);
});

test("requests hit by declared rules are counted by kind of fault", async () => {
  const gateway = await start();
  const hits = async () => await (await fetch(`${gateway.url}/_local/faults`)).json();
  expect(await hits()).toEqual({ rules: 0, hits: {} });
  await post(gateway, {});
  const call = { service: "sqs", action: "SendMessage" } as Parameters<(typeof gateway.faults)[0]>[0];
  for (let times = 0; times < 3; times += 1)
    expect(gateway.faults[0]?.(call)).toEqual({ kind: "drop-before-apply" });
  expect(await hits()).toEqual({ rules: 1, hits: { "drop-before-apply": 3 } });
});
