// Compares what the cloud contains of files with the reference: rows, uploads, archives, quotas, audit, objects.
import type { ResourceNames } from "../../../../worker/fleet/resources.ts";
import type { EffectMismatch } from "../oracle/evidence.ts";
import type { CloudContents } from "./cloud-contents.ts";
import type { ExpectedFile } from "./files.ts";

export type ExpectedSharing = {
  files: ReadonlyMap<string, ExpectedFile>;
  /** Owners of archives, by the archive's id. */
  packs: ReadonlyMap<string, string>;
};

type Row = Record<string, unknown>;

const differs = (what: string, expected: unknown, actual: unknown, doubled = false): EffectMismatch[] =>
  JSON.stringify(expected) === JSON.stringify(actual) ? [] : [{ what, expected, found: actual, doubled }];

/** Every difference. */
export function compareFiles(
  expected: ExpectedSharing,
  found: CloudContents["sharing"],
  { buckets }: Pick<ResourceNames, "buckets">,
): EffectMismatch[] {
  const rows = new Map(found.files.map((row) => [String(row.id), row]));
  return [
    ...[...expected.files].flatMap(([id, file]) => compareFile(id, file, rows.get(id), found, buckets)),
    ...[...expected.packs].flatMap(([id, owner]) => comparePack(id, owner, rows.get(id), found)),
    ...differs("rows of files", expected.files.size + expected.packs.size, rows.size, true),
    ...compareQuotas(found),
    ...compareObjects(rows, found),
    ...differs(
      "uploads kept",
      keptUploads(expected),
      found.incoming.map(({ versionId }) => versionId).sort(),
    ),
  ];
}

const auditOf = (id: string, { audit }: CloudContents["sharing"]) =>
  audit
    .filter(({ fileId }) => fileId === id)
    .map(({ action }) => String(action))
    .sort();

function compareFile(
  id: string,
  { owner, state, upload, audit, bytes }: ExpectedFile,
  row: Row | undefined,
  found: CloudContents["sharing"],
  { incoming }: ResourceNames["buckets"],
): EffectMismatch[] {
  const uploaded = found.uploads.find((one) => one.id === `${incoming}/incoming/${id}`);
  const rowBytes = state === "deleted" || bytes === undefined ? row?.bytes : bytes;
  const actions = auditOf(id, found);
  return [
    ...differs(`file ${id}`, { owner, state, bytes: rowBytes }, pick(row)),
    ...differs(`upload of file ${id}`, upload, uploaded?.state),
    ...differs(`audit of file ${id}`, audit, actions, actions.length > audit.length),
  ];
}

const pick = (row: Row | undefined) => ({ owner: row?.owner, state: row?.state, bytes: row?.bytes });

function comparePack(
  id: string,
  owner: string,
  row: Row | undefined,
  found: CloudContents["sharing"],
): EffectMismatch[] {
  const pack = found.packs.find((one) => one.id === id);
  const actions = auditOf(id, found);
  return [
    ...differs(`archive ${id}`, { owner, state: "ready" }, { owner: row?.owner, state: row?.state }),
    ...differs(`pack ${id}`, { state: "ready", fileId: id }, { state: pack?.state, fileId: pack?.fileId }),
    ...differs(`audit of archive ${id}`, ["pack"], actions, actions.length > 1),
  ];
}

/** A quota is exactly the sum of what is there. */
function compareQuotas({ files, quotas }: CloudContents["sharing"]): EffectMismatch[] {
  const sums = new Map<string, { bytes: number; files: number }>();
  for (const { owner, state, bytes } of files) {
    if (state !== "ready") continue;
    const sum = sums.get(String(owner)) ?? { bytes: 0, files: 0 };
    sums.set(String(owner), { bytes: sum.bytes + Number(bytes), files: sum.files + 1 });
  }
  const known = new Map(
    quotas.map(({ person, bytes, files: count }) => [String(person), { bytes, files: count }]),
  );
  return [...new Set([...sums.keys(), ...known.keys()])].flatMap((person) => {
    const [sum, quota] = [sums.get(person) ?? { bytes: 0, files: 0 }, known.get(person)];
    const actual = { bytes: Number(quota?.bytes ?? 0), files: Number(quota?.files ?? 0) };
    return differs(`quota of ${person}`, sum, actual, actual.bytes > sum.bytes);
  });
}

/** Every ready file has its object, and every object belongs to a file that is on record. */
function compareObjects(
  rows: ReadonlyMap<string, Row>,
  { secure }: CloudContents["sharing"],
): EffectMismatch[] {
  const stored = new Set(secure.map(({ key, versionId }) => `${key} ${versionId}`));
  const ready = [...rows.values()].filter(({ state }) => state === "ready");
  const previews = ready.flatMap(({ preview }) => (preview === undefined ? [] : [preview as Row]));
  const named = [...ready, ...previews].map(({ key, versionId }) => `${key} ${versionId}`);
  const orphans = secure.filter(({ key }) => rows.get(key.slice(key.indexOf("/") + 1))?.shard === undefined);
  return [
    ...differs(
      "objects that are missing",
      [],
      named.filter((one) => !stored.has(one)),
    ),
    ...differs(
      "objects of no file",
      [],
      orphans.map(({ key }) => key),
    ),
  ];
}

const keptUploads = ({ files }: ExpectedSharing) =>
  [...files.values()]
    .filter(({ upload }) => upload === "refused")
    .map(({ versionId }) => versionId)
    .sort();
