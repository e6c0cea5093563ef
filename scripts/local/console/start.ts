// Starts the operator's console for the local fleet, with the local system's own sources of ages and sent mails.
import { userInfo } from "node:os";
import type { Logger } from "pino";
import type { ResourceNames } from "../../../worker/fleet/resources.ts";
import { catalog, jobKinds } from "../../../worker/jobs/catalog.ts";
import { createConsole } from "../../console/app.ts";
import { createPresigner } from "../../console/results/presign.ts";
import { type ServedConsole, serveConsole } from "../../console/serve.ts";
import type { Jobs } from "../../queues/subcommand.ts";
import type { AgeOfOldest } from "../../status/read-queues.ts";
import type { ReadInstances } from "../../status/status.ts";
import { readTerminations } from "../../status/terminations.ts";
import type { LocalClients } from "../cloud/identity.ts";
import type { Mailbox } from "../ses/mailbox.ts";

/** Serves the console of the local fleet on 127.0.0.1. */
export async function startLocalConsole(options: {
  clients: LocalClients;
  names: ResourceNames;
  awsUrl: string;
  port: number;
  ageOfOldest: AgeOfOldest;
  instances: ReadInstances;
  mailbox: Mailbox;
  log: Logger;
}): Promise<ServedConsole> {
  const { clients, names, awsUrl, port, ageOfOldest, instances, mailbox, log } = options;
  const app = createConsole({
    clients,
    names,
    kinds: jobKinds,
    where: awsUrl,
    readOnly: false,
    acting: {
      jobs: catalog as unknown as Jobs,
      by: userInfo().username,
      now: Date.now,
      autoScaling: clients.autoScaling,
      streams: clients.streams,
    },
    periodSeconds: 10,
    ageOfOldest,
    instances,
    terminations: () => readTerminations(clients.autoScaling, names.fleet),
    mailbox,
    presign: await createPresigner(clients.s3, names),
    takesUploads: true,
    onError: (error) => log.warn({ err: error }, "console request failed"),
  });
  return serveConsole(app, port);
}
