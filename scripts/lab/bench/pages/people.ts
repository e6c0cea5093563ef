// People who use the pages at the same time: each asks for something of the mix, looks at it for a while, and asks again.
import { Agent, request as httpRequest } from "node:http";
import { setTimeout as pause } from "node:timers/promises";
import { seededRandom } from "../../../local/gateway/faults.ts";
import { type MixedRoute, mix, type Person } from "./mix.ts";

/** How a request ended. */
export type Served = { route: string; milliseconds: number; status: number; bytes: number };

/** How long a person looks at what they got. */
export type Looking = { leastMs: number; mostMs: number };

/** Lets everybody ask until the time is up. Resolves to what was served. */
export async function visit(
  origin: string,
  people: readonly Person[],
  { seconds, looking: { leastMs, mostMs } }: { seconds: number; looking: Looking },
): Promise<Served[]> {
  const agent = new Agent({ keepAlive: true, maxSockets: people.length });
  const served: Served[] = [];
  const until = performance.now() + seconds * 1000;
  const live = async (person: Person, seed: number): Promise<void> => {
    const random = seededRandom(seed * 2000);
    await pause(random() * mostMs);
    while (performance.now() < until) {
      served.push(await ask(agent, origin, person, chosen(person, random), random));
      await pause(leastMs + random() * (mostMs - leastMs));
    }
  };
  await Promise.all(people.map((person, index) => live(person, index)));
  agent.destroy();
  return served;
}

/** One person asks for everything in the mix, `times` times. */
export async function visitAll(origin: string, person: Person, times: number): Promise<Served[]> {
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  const random = seededRandom(1);
  const served: Served[] = [];
  for (let time = 0; time < times; time += 1)
    for (const route of mix) served.push(await ask(agent, origin, person, route, random));
  agent.destroy();
  return served;
}

/** A route of the mix by its share, without admins' pages for others. */
function chosen({ admin }: Person, random: () => number): MixedRoute {
  const open = mix.filter((route) => admin || !route.admin);
  let left = random() * open.reduce((sum, { share }) => sum + share, 0);
  for (const route of open) {
    left -= route.share;
    if (left < 0) return route;
  }
  return open[0] as MixedRoute;
}

function ask(
  agent: Agent,
  origin: string,
  person: Person,
  route: MixedRoute,
  random: () => number,
): Promise<Served> {
  const pick = <Item>(items: readonly Item[]): Item => items[Math.floor(random() * items.length)] as Item;
  const { path, method = "GET", json, form } = route.visit(person, pick);
  const body = json === undefined ? form && new URLSearchParams(form).toString() : JSON.stringify(json);
  const headers = {
    cookie: person.cookie,
    "x-bench-route": route.name,
    ...(json !== undefined && { "content-type": "application/json", "x-csrf-token": person.csrf }),
    ...(form !== undefined && { "content-type": "application/x-www-form-urlencoded" }),
    ...(body !== undefined && { "content-length": Buffer.byteLength(body), "sec-fetch-site": "same-origin" }),
  };
  return send(agent, `${origin}${path}`, { method, headers, body }, route.name);
}

type Sent = { method: string; headers: Record<string, string | number>; body: string | undefined };

function send(agent: Agent, url: string, { method, headers, body }: Sent, route: string): Promise<Served> {
  const startedAt = performance.now();
  return new Promise((resolve, reject) => {
    const outgoing = httpRequest(url, { agent, method, headers }, (answer) => {
      let bytes = 0;
      answer.on("data", (chunk: Buffer) => {
        bytes += chunk.length;
      });
      answer.on("error", reject);
      answer.on("end", () => {
        const milliseconds = performance.now() - startedAt;
        resolve({ route, milliseconds, status: answer.statusCode ?? 0, bytes });
      });
    });
    outgoing.on("error", (error) => {
      // The server closed an idle connection at the moment at which it was used again.
      if (!outgoing.reusedSocket) reject(error);
      else resolve(send(agent, url, { method, headers, body }, route));
    });
    outgoing.end(body);
  });
}
