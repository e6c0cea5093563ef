// Fills a new local database with rows of jobs before it serves: as an export of DynamoDB, imported into the database's file by
// the database's own program. One call for each 25 rows took two hours for a million; this takes three minutes.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { createWriteStream } from "node:fs";
import { mkdir, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { marshall } from "@aws-sdk/util-dynamodb";
import { FleetError } from "../../../worker/fleet/errors.ts";
import type { TableDefinition } from "../../../worker/fleet/tables.ts";
import { tableInput } from "../../provision/tables.ts";

/** The rows could not be imported. The message has what the program said. */
export class ImportFailed extends FleetError {}

/** Rows of one table. */
export type TableRows = { table: TableDefinition; rows: Iterable<Record<string, unknown>> };

/** Where to write, and with which program. */
export type FillOptions = {
  /** The database's program. */
  program: string;
  /** A folder of our own; the database's file comes into it. */
  folder: string;
  /** Told every hundred thousand rows of a table. */
  progress: (table: string, rows: number) => void;
};

/** Bytes that are collected before they are written. */
const chunkBytes = 1_000_000;

/**
 * Writes the file `dynamodb.db` with these tables and their rows.
 * @throws ImportFailed when the program refuses them
 */
export async function fillDatabase(
  tables: readonly TableRows[],
  { program, folder, progress }: FillOptions,
): Promise<void> {
  const source = join(folder, "export");
  const schema = join(folder, "schema.json");
  await mkdir(folder, { recursive: true });
  await writeFile(schema, JSON.stringify(tables.map(({ table }) => tableInput(table))));
  for (const each of tables) await writeExport(source, each, progress);
  const output = join(folder, "dynamodb.db");
  await run(program, ["import", "--source", source, "--schema", schema, "--output", output, "--force"]);
  await rm(source, { recursive: true });
}

/** The layout of an export: `<table>/data/*.json`, an item a line. */
async function writeExport(
  source: string,
  { table, rows }: TableRows,
  progress: FillOptions["progress"],
): Promise<void> {
  const data = join(source, table.name, "data");
  await mkdir(data, { recursive: true });
  const file = createWriteStream(join(data, "rows.json"));
  let [lines, count] = ["", 0];
  for (const row of rows) {
    lines += `${JSON.stringify({ Item: marshall(row, { removeUndefinedValues: true }) })}\n`;
    count += 1;
    if (count % 100_000 === 0) progress(table.name, count);
    if (lines.length < chunkBytes) continue;
    if (!file.write(lines)) await once(file, "drain");
    lines = "";
  }
  file.end(lines);
  await once(file, "close");
}

async function run(program: string, args: readonly string[]): Promise<void> {
  const child = spawn(program, args, { stdio: ["ignore", "ignore", "pipe"] });
  let said = "";
  child.stderr.on("data", (chunk: Buffer) => {
    said = `${said}${chunk}`.slice(-2000);
  });
  const [code] = (await once(child, "close")) as [number | null];
  if (code !== 0) throw new ImportFailed(`the rows were not imported: ${said.trim()}`);
}
