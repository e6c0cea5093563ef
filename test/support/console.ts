// A console on a free port over a provisioned fleet, and rows of jobs that ended as a test wants them.
import { CloudWatchClient } from "@aws-sdk/client-cloudwatch";
import { PutCommand } from "@aws-sdk/lib-dynamodb";
import { type ConsoleOptions, createConsole } from "../../scripts/console/app.ts";
import { createPresigner } from "../../scripts/console/results/presign.ts";
import { serveConsole } from "../../scripts/console/serve.ts";
import { allowUploadsFrom } from "../../scripts/provision/uploads.ts";
import type { Jobs } from "../../scripts/queues/subcommand.ts";
import { endedShard } from "../../worker/engine/ledger/job-row.ts";
import type { ResourceNames } from "../../worker/fleet/resources.ts";
import { catalog } from "../../worker/jobs/catalog.ts";
import { clientSettings } from "./cloud.ts";
import type { Provisioned } from "./provisioned.ts";

export const kinds = ["resize-image"];

export type TestConsole = {
  url: string;
  names: ResourceNames;
  /** What it answers to, as Hono lists it. */
  routes: readonly { method: string; path: string }[];
  close: () => Promise<void>;
};

/** What a test wants otherwise. */
type Otherwise = Partial<Pick<ConsoleOptions, "readOnly">> & {
  acting?: Partial<ConsoleOptions["acting"]>;
};

/** Serves the console of a new fleet; the caller closes it when the test ends. */
export async function startConsole(
  provisioned: Provisioned,
  fleet: string,
  shownKinds: readonly string[] = kinds,
  { readOnly = false, acting = {} }: Otherwise = {},
): Promise<TestConsole> {
  const names = await provisioned.provision(fleet);
  const cloudWatch = new CloudWatchClient(clientSettings(provisioned.cloud));
  const app = createConsole({
    clients: { ...provisioned, cloudWatch },
    names,
    kinds: shownKinds,
    where: provisioned.cloud.url,
    readOnly,
    acting: { jobs: catalog as unknown as Jobs, by: "ann", now: Date.now, ...acting },
    periodSeconds: 10,
    takesUploads: true,
    mailbox: provisioned.cloud.mailbox,
    presign: await createPresigner(provisioned.s3, names),
  });
  const served = await serveConsole(app, 0);
  await allowUploadsFrom(provisioned.s3, names, [served.url]);
  const close = async () => {
    await served.close();
    cloudWatch.destroy();
  };
  return { url: served.url, names, routes: app.routes, close };
}

/** Writes the row of a job as the worker leaves it. */
export async function putJob(
  { db }: Pick<Provisioned, "db">,
  names: ResourceNames,
  jobId: string,
  more: Record<string, unknown>,
): Promise<void> {
  const at = "2026-01-01T12:00:00.000Z";
  const row = {
    jobId,
    kind: "resize-image",
    group: "g",
    fence: 1,
    interruptions: 0,
    redrives: 0,
    updatedAt: at,
  };
  const ended = { enqueuedAt: at, endedAt: at, endedShard: endedShard("resize-image", jobId) };
  await db.send(new PutCommand({ TableName: names.tables.jobs, Item: { ...row, ...ended, ...more } }));
}
