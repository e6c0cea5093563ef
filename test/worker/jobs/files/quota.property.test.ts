// Whatever happens to files in whatever order, quotas are the sum of what is kept, every action has its audit row, and no
// object is left of a file that has ended.
import fc from "fast-check";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { Sandbox } from "../../../../worker/engine/sandbox/sandbox.ts";
import { type FileRow, fileShards } from "../../../../worker/jobs/files/rows/file-row.ts";
import { createDecodeSandbox } from "../../../../worker/jobs/sandbox/decode-sandbox.ts";
import { type FileCloud, newId, startFileCloud } from "../../../support/files/file-cloud.ts";
import { silent } from "../../../support/sandbox.ts";

let sandbox: Sandbox;
let cloud: FileCloud;

beforeAll(async () => {
  sandbox = await createDecodeSandbox({ size: 2, log: silent, preload: ["detect-type"] });
  cloud = await startFileCloud(sandbox, "quotas");
});

afterAll(async () => {
  await cloud.close();
  await sandbox.close();
});

const step = fc.oneof(
  fc.record({
    do: fc.constant("store" as const),
    bytes: fc.integer({ min: 0, max: 40 }),
    twice: fc.boolean(),
  }),
  fc.record({ do: fc.constant("extend" as const), pick: fc.nat() }),
  fc.record({ do: fc.constant("sweep" as const), pick: fc.nat(), twice: fc.boolean() }),
  fc.record({ do: fc.constant("extend during a sweep" as const), pick: fc.nat() }),
);

const later = (row: FileRow) => new Date(Date.parse(row.expiresAt) + 60 * 60 * 1000).toISOString();

/** Moves the expiry as a page does: only of a ready file, and only when its row is the one that was read. */
async function extend(row: FileRow | undefined): Promise<void> {
  if (row?.state !== "ready") return;
  const expiresAt = later(row);
  await cloud.changeFile(row, { expiresAt, dueAt: expiresAt, version: row.version + 1 });
}

test("quotas never drift from the files that are kept", async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 3, maxLength: 10 }), async (steps) => {
      const owner = newId();
      const ids: string[] = [];
      const chosen = async (pick: number) => {
        const id = ids[pick % Math.max(1, ids.length)];
        return id === undefined ? undefined : cloud.fileRow(id);
      };
      for (const one of steps) {
        if (one.do === "store") {
          const upload = await cloud.issue({ owner });
          const uploaded = await cloud.put(upload, Buffer.alloc(one.bytes, 1));
          const stored = () => cloud.store(uploaded, { quotaBytes: 100 });
          await (one.twice ? Promise.all([stored(), stored()]) : stored());
          ids.push(upload.fileId);
          continue;
        }
        const row = await chosen(one.pick);
        if (row === undefined) continue;
        if (one.do === "extend") await extend(row);
        else if (one.do === "sweep") {
          const sweep = () => cloud.sweep(row.id, row.expiresAt);
          await (one.twice ? Promise.all([sweep(), sweep()]) : sweep());
        } else await Promise.all([cloud.sweep(row.id, row.expiresAt), extend(row).catch(() => undefined)]);
      }
      const rows = await Promise.all(ids.map((id) => cloud.fileRow(id)));
      const ready = rows.filter((row) => row?.state === "ready");
      const bytes = ready.reduce((sum, row) => sum + (row?.bytes ?? 0), 0);
      expect(await cloud.quota(owner)).toEqual({ bytes, files: ready.length });
      expect(bytes).toBeLessThanOrEqual(100);
      for (const row of rows) {
        const actions = (await cloud.audit(row?.id ?? "")).map(({ action }) => action);
        expect(new Set(actions).size).toBe(actions.length);
        const objects = await cloud.versions("secure", `files/${row?.id}`);
        if (row?.state === "ready") expect(objects).toHaveLength(1);
      }
    }),
    { numRuns: 12 },
  );
  expect(fileShards).toHaveLength(16);
}, 120_000);
