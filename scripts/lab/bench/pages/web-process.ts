// The pages of the pages suite, in their own process: seeds people, serves them, and tells what their requests have called.
import { randomBytes } from "node:crypto";
import { getRequestListener } from "@hono/node-server";
import { z } from "zod";
import { createWebApp } from "../../../../triggers/web/app.ts";
import type { WebDependencies } from "../../../../triggers/web/dependencies.ts";
import { openPasswords } from "../../../../triggers/web/links/passwords.ts";
import { resourceNames } from "../../../../worker/fleet/resources.ts";
import { defaultFileSettings } from "../../../../worker/jobs/files/settings.ts";
import { buildWebAssets } from "../../../build/web-assets.ts";
import { localClients } from "../../../local/cloud/identity.ts";
import { listen } from "../../../local/web/listen.ts";
import { handleOrders, sendToParent } from "../child.ts";
import { seedPeople } from "./seed.ts";
import { watchStoreCalls } from "./store-calls.ts";

/** Names the route of a request for the tally. */
const routeHeader = "x-bench-route";

const nobody = () => Promise.reject(new Error("nobody signs in here"));

const setup = z
  .object({ url: z.string(), fleet: z.string(), people: z.number() })
  .parse(JSON.parse(process.argv[2] ?? ""));
const web = await listen(0);
const clients = localClients(setup.url);
const deps: WebDependencies = {
  db: clients.db,
  s3: clients.s3,
  enqueue: nobody,
  names: resourceNames(setup.fleet),
  settings: {
    origin: web.origin,
    storageOrigins: [setup.url],
    signInOrigins: [],
    cookie: "fleet",
    onlyOwnHost: true,
    files: defaultFileSettings,
  },
  signIn: { begin: nobody, finish: nobody, signOutAddress: nobody },
  assets: await buildWebAssets(),
  now: Date.now,
  random: randomBytes,
  passwords: openPasswords(randomBytes),
  log: (level, message) => void (level === "error" && console.error(message)),
};
const people = await seedPeople(deps, setup.people);
const calls = watchStoreCalls(clients);
const app = createWebApp(deps);
web.serve(
  getRequestListener((request) => {
    const route = request.headers.get(routeHeader) ?? "other";
    return calls.within(route, async () => await app.fetch(request));
  }),
);
handleOrders({
  tallies: () => sendToParent({ is: "tallies", tallies: Object.fromEntries(calls.tallies) }),
  forget: () => calls.tallies.clear(),
});
sendToParent({ is: "serving", origin: web.origin, people });
