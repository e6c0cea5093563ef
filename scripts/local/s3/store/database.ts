// S3's whole state: SQLite, in memory or in a file. Knows no S3 rule.
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";

/** Larger bodies are stored in pieces, so that neither a range nor a large object needs one huge blob. */
export const pieceBytes = 4 * 1024 * 1024;

const schema = `
  create table if not exists buckets (name text primary key, data text not null);
  create table if not exists versions (
    seq integer primary key autoincrement,
    bucket text not null,
    key text not null,
    version_id text not null,
    latest integer not null,
    body_id integer,
    data text not null,
    unique (bucket, key, version_id)
  );
  create index if not exists versions_by_key on versions (bucket, key, seq);
  create index if not exists latest_by_key on versions (bucket, key) where latest = 1;
  create table if not exists bodies (
    id integer not null,
    piece integer not null,
    start integer not null,
    size integer not null,
    bytes blob not null,
    file text,
    at integer not null default 0,
    crc text,
    primary key (id, piece)
  );
  create table if not exists uploads (
    id text primary key, bucket text not null, key text not null, data text not null
  );
  create table if not exists parts (
    upload_id text not null, number integer not null, body_id integer not null, data text not null,
    primary key (upload_id, number)
  );
  create table if not exists outbox (
    id integer primary key autoincrement, data text not null, attempts integer not null, due_ms integer not null
  );
  create table if not exists counters (name text primary key, value integer not null);
`;

/** Columns that databases of earlier versions lack. */
const laterColumns = { file: "text", at: "integer not null default 0", crc: "text" } as const;

/** S3's database, with transactions and sequences. */
export type Database = {
  sql: DatabaseSync;
  /** Runs `work` in a transaction. `work` must be synchronous. */
  transaction: <Result>(work: () => Result) => Result;
  /** Runs `work` after the transaction that is under way, if it is committed. */
  onCommit: (work: () => void) => void;
  /** Runs `work` if the transaction that is under way is rolled back. */
  onRollback: (work: () => void) => void;
  /** The next number of a named sequence, from 1. Numbers are never repeated, even after a restart. */
  next: (sequence: string) => number;
  close: () => void;
};

/**
 * Opens the database, in the file `s3.db` when there is a `dataDir`. The write-ahead log makes every committed
 * transaction survive a kill -9 of this process.
 */
export function openDatabase(dataDir: string | undefined): Database {
  if (dataDir !== undefined) mkdirSync(dataDir, { recursive: true });
  const sql = new DatabaseSync(dataDir === undefined ? ":memory:" : join(dataDir, "s3.db"));
  sql.exec("pragma page_size = 16384; pragma journal_mode = wal; pragma synchronous = normal;");
  sql.exec(schema);
  const columns = new Set(
    sql
      .prepare("pragma table_info(bodies)")
      .all()
      .map(({ name }) => String(name)),
  );
  for (const [name, type] of Object.entries(laterColumns))
    if (!columns.has(name)) sql.exec(`alter table bodies add column ${name} ${type}`);
  sql.exec("create index if not exists bodies_by_file on bodies (file) where file is not null");
  let after: { commit: (() => void)[]; rollback: (() => void)[] } = { commit: [], rollback: [] };
  const increment = sql.prepare(
    "insert into counters values (?, 1) on conflict (name) do update set value = value + 1 returning value",
  );
  return {
    sql,
    transaction: (work) => {
      sql.exec("begin immediate");
      after = { commit: [], rollback: [] };
      try {
        const result = work();
        sql.exec("commit");
        for (const then of after.commit) then();
        return result;
      } catch (error) {
        sql.exec("rollback");
        for (const then of after.rollback) then();
        throw error;
      }
    },
    onCommit: (work) => void after.commit.push(work),
    onRollback: (work) => void after.rollback.push(work),
    next: (sequence) => Number(increment.get(sequence)?.value),
    close: () => sql.close(),
  };
}
