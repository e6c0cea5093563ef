// Stores buckets and their settings. Knows names and documents, not objects.
import { z } from "zod";
import { corsRuleSchema } from "../protocol/cors-rules.ts";
import { notificationSchema } from "../protocol/notification-rules.ts";
import type { Database } from "./database.ts";

export const bucketSchema = z.object({
  name: z.string(),
  createdMs: z.number(),
  /** Absent until versioning is set for the first time. After that it can be suspended, but not removed. */
  versioning: z.enum(["Enabled", "Suspended"]).optional(),
  notification: notificationSchema.optional(),
  cors: z.array(corsRuleSchema).optional(),
  /** Documents that are stored and returned unchanged. None of them is evaluated here. */
  documents: z.record(z.string(), z.string()).default({}),
});

/** A bucket with its settings. */
export type Bucket = z.infer<typeof bucketSchema>;

export type Buckets = {
  find: (name: string) => Bucket | undefined;
  list: () => Bucket[];
  /** Creates or replaces a bucket. */
  save: (bucket: Bucket) => void;
  remove: (name: string) => void;
};

/** Creates the store in a database. */
export function createBuckets({ sql }: Database): Buckets {
  const find = sql.prepare("select data from buckets where name = ?");
  const list = sql.prepare("select data from buckets order by name");
  const save = sql.prepare("insert or replace into buckets values (?, ?)");
  const remove = sql.prepare("delete from buckets where name = ?");
  const read = (row: Record<string, unknown>) => bucketSchema.parse(JSON.parse(String(row.data)));
  return {
    find: (name) => {
      const row = find.get(name);
      return row === undefined ? undefined : read(row);
    },
    list: () => list.all().map(read),
    save: (bucket) => {
      save.run(bucket.name, JSON.stringify(bucket));
    },
    remove: (name) => {
      remove.run(name);
    },
  };
}
