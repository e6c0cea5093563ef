// Starts the console for the local fleet.
import type { Logger } from "pino";
import type { ResourceNames } from "../../../worker/fleet/resources.ts";
import { jobKinds } from "../../../worker/jobs/catalog.ts";
import type { AgeOfOldest } from "../../status/read-queues.ts";
import type { ReadInstances } from "../../status/status.ts";
import type { LocalClients } from "../cloud/identity.ts";
import type { Mailbox } from "../ses/mailbox.ts";
import { createConsole } from "./console.ts";
import { createPresigner } from "./presign.ts";
import { type ServedConsole, serveConsole } from "./serve.ts";

/** Serves the console of the local fleet on 127.0.0.1. */
export async function startLocalConsole(options: {
  clients: LocalClients;
  names: ResourceNames;
  port: number;
  ageOfOldest: AgeOfOldest;
  instances: ReadInstances;
  mailbox: Mailbox;
  log: Logger;
}): Promise<ServedConsole> {
  const { clients, names, port, ageOfOldest, instances, mailbox, log } = options;
  const app = createConsole({
    clients,
    names,
    kinds: jobKinds,
    fleet: names.fleet,
    ageOfOldest,
    instances,
    mailbox,
    presign: await createPresigner(clients.s3, names),
    onError: (error) => log.warn({ err: error }, "console request failed"),
  });
  return serveConsole(app, port);
}
