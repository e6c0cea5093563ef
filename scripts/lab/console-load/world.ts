// A large fleet for the console to show: a ledger full of jobs, queues with dead letters, workers that announce themselves, and half
// an hour of metrics, on the local cloud at free ports. Nothing works in it.
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pino } from "pino";
import { resourceNames } from "../../../worker/fleet/resources.ts";
import { tableDefinitions } from "../../../worker/fleet/tables.ts";
import { catalog, jobKinds } from "../../../worker/jobs/catalog.ts";
import { createConsole } from "../../console/app.ts";
import { createPresigner } from "../../console/results/presign.ts";
import { serveConsole } from "../../console/serve.ts";
import { startCloud } from "../../local/cloud/cloud.ts";
import { localClients } from "../../local/cloud/identity.ts";
import { findDynamoDb } from "../../local/dynamodb/binary.ts";
import { startDynamoDb } from "../../local/dynamodb/dynamodb.ts";
import type { Jobs } from "../../queues/subcommand.ts";
import { provisionFleet } from "../staged/staged-fleet.ts";
import { albumRows } from "./album-rows.ts";
import { fillDatabase, ImportFailed } from "./fill.ts";
import { addLife } from "./life.ts";
import { countReadUnits } from "./read-units.ts";
import { type LoadSize, rowsOf } from "./rows.ts";

/** The fleet's name. */
const fleet = "console-load";

/** What to start. */
export type WorldOptions = {
  size: LoadSize;
  /** The time up to which the ledger tells, epoch milliseconds. */
  now: number;
  /** Where the console listens; 0 picks a free port. */
  port: number;
  progress: (text: string) => void;
};

/**
 * Starts it. The caller closes it.
 * @throws ImportFailed where no program of the database is installed
 */
export async function startWorld({ size, now, port, progress }: WorldOptions) {
  const { env, platform, arch } = process;
  const log = pino({ level: "warn" }, pino.destination(2));
  const names = resourceNames(fleet);
  const folder = await mkdtemp(join(tmpdir(), "fleet-console-load-"));
  await fillLedger(folder, { size, now, progress });
  const database = await startDynamoDb({ environment: env, platform, arch, log, dataDir: folder });
  const cloud = await startCloud({ port: 0, region: "eu-west-1", dynamoEndpoint: database.endpoint });
  const clients = localClients(cloud.url);
  await provisionFleet(clients, fleet);
  const readUnits = countReadUnits(clients.dynamo);
  await addLife({ cloud, db: clients.db, names, kinds: jobKinds }, size, Date.now());
  const app = createConsole({
    ...{
      clients,
      names,
      kinds: jobKinds,
      where: cloud.url,
      readOnly: false,
      takesUploads: false,
      periodSeconds: 10,
      shareMs: 0,
      acting: { jobs: catalog as unknown as Jobs, by: "console-load", now: Date.now },
    },
    mailbox: cloud.mailbox,
    presign: await createPresigner(clients.s3, names),
    onError: (error) => log.warn({ err: error }, "console request failed"),
  });
  const served = await serveConsole(app, port);
  return {
    url: served.url,
    /** Read units since this was asked last. */
    readUnits,
    close: async () => {
      await served.close();
      clients.destroy();
      await cloud.close();
      await database.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

async function fillLedger(
  folder: string,
  { size, now, progress }: Omit<WorldOptions, "port">,
): Promise<void> {
  const { env: environment, platform, arch } = process;
  const source = findDynamoDb({ environment, platform, arch });
  if (source.kind !== "program")
    throw new ImportFailed("rows are imported by the database's program, and there is only an endpoint here");
  const names = resourceNames(fleet);
  const table = (name: string) => {
    const found = tableDefinitions(names).find((each) => each.name === name);
    if (found === undefined) throw new TypeError(`every fleet has a table ${name}`);
    return found;
  };
  const { jobs, ...albums } = names.tables;
  const rows = albumRows(size, names, now);
  const kinds = ["albums", "albumPictures", "images", "sheets"] as const;
  const filled = [
    { table: table(jobs), rows: rowsOf(size, now) },
    ...kinds.map((kind) => ({ table: table(albums[kind]), rows: rows[kind] })),
  ];
  await fillDatabase(filled, {
    program: source.path,
    folder,
    progress: (name, count) => progress(`${name}: ${count.toLocaleString("en")} rows written`),
  });
}
