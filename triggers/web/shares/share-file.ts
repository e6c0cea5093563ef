// Sets who may read a file. What changes is committed in pieces that fit a transaction, each complete in itself: share rows,
// the file's count, audit rows and mails together.
import { setTimeout as pause } from "node:timers/promises";
import { QueryCommand } from "@aws-sdk/lib-dynamodb";
import { type FileRow, fileLimits } from "../../../worker/jobs/files/rows/file-row.ts";
import type { PersonRow } from "../../../worker/jobs/files/rows/person-row.ts";
import { type ShareRow, shareRowSchema } from "../../../worker/jobs/files/rows/share-row.ts";
import type { Visitor } from "../access/visitor.ts";
import { audit } from "../audit/write.ts";
import type { WebDependencies } from "../dependencies.ts";
import { ownFile } from "../files/find-file.ts";
import { Conflict, InvalidField } from "../refusals.ts";
import { commit, NotCommitted } from "../store/commit.ts";
import { limitsOf } from "../store/limits.ts";
import { decideReaders, type RefusedReader } from "./decide-readers.ts";
import { readPeople } from "./directory.ts";
import {
  countReaders,
  giveActions,
  refusedShare,
  type Sharing,
  shareRow,
  takeBackActions,
} from "./share-actions.ts";

/** Readers in one transaction: four actions each and one for the file stay below the hundred that DynamoDB takes. */
const readersAtOnce = 20;

/** The index shows a change within moments. Until then a list made from it is refused by the rows and made again. */
const maxTries = 5;
const waitMs = 200;

/** What happens to the list of readers: it becomes these people, gains them, or loses them. */
export type ShareWish = { people: readonly string[]; mode: "replace" | "add" | "remove" };

/** Who has the file now, and who did not get it. */
export type Shared = { readers: ShareRow[]; refused: RefusedReader[] };

/** The shares of a file, by the readers' names. */
export async function sharesOf({ db, names }: WebDependencies, fileId: string): Promise<ShareRow[]> {
  const query = new QueryCommand({
    TableName: names.tables.shares,
    IndexName: "byFile",
    KeyConditionExpression: "fileId = :file",
    ExpressionAttributeValues: { ":file": fileId },
  });
  const { Items = [] } = await db.send(query);
  const shares = Items.map((item) => shareRowSchema.parse(item));
  return shares.sort((a, b) => a.personName.localeCompare(b.personName));
}

/**
 * Changes who may read a file. Blocked addresses, unknown people and the owner get nothing; they are reported and audited.
 * @throws NotFound when the file is not the person's own, InvalidField, Conflict
 */
export async function shareFile(
  deps: WebDependencies,
  owner: Pick<Visitor, "id" | "name">,
  fileId: string,
  wish: ShareWish,
): Promise<Shared> {
  const first: Sharing = { owner, file: await ownFile(deps, owner, fileId) };
  const { readers, refused } = await decide(deps, owner.id, wish);
  for (const each of refused) await audit(deps, refusedShare(first, each));
  for (let tries = 1, sharing = first; ; tries += 1) {
    try {
      return { readers: await apply(deps, sharing, wish, readers), refused };
    } catch (error) {
      if (!(error instanceof NotCommitted)) throw error;
      if (tries === maxTries) throw new Conflict("The file has changed meanwhile. Look at it again.");
    }
    await pause(waitMs);
    sharing = { owner, file: await ownFile(deps, owner, fileId) };
  }
}

async function decide(deps: WebDependencies, owner: string, { people, mode }: ShareWish) {
  if (mode === "remove") return { readers: [], refused: [] };
  const blocked = limitsOf(deps).blockedAddresses;
  return decideReaders(people, await readPeople(deps, people), { owner, blocked });
}

async function apply(
  deps: WebDependencies,
  sharing: Sharing,
  wish: ShareWish,
  readers: readonly PersonRow[],
): Promise<ShareRow[]> {
  const { file } = sharing;
  const before = await sharesOf(deps, file.id);
  const { added, removed } = difference(before, wish, readers);
  if (before.length + added.length - removed.length > fileLimits.people)
    throw new InvalidField("people", `a file is shared with at most ${fileLimits.people} people`);
  await commitPieces(deps, file, [
    ...removed.map((share) => ({ by: -1, actions: takeBackActions(deps, sharing, share) })),
    ...added.map((reader) => ({ by: 1, actions: giveActions(deps, sharing, reader) })),
  ]);
  const gone = new Set(removed);
  const kept = before.filter((share) => !gone.has(share));
  return [...kept, ...added.map((reader) => shareRow(deps, sharing, reader))];
}

function difference(
  before: readonly ShareRow[],
  { people, mode }: ShareWish,
  readers: readonly PersonRow[],
): { added: PersonRow[]; removed: ShareRow[] } {
  const had = new Set(before.map(({ person }) => person));
  const added = readers.filter(({ id }) => !had.has(id));
  if (mode === "add") return { added, removed: [] };
  const named = new Set(mode === "replace" ? readers.map(({ id }) => id) : people);
  const removed = before.filter(({ person }) => named.has(person) === (mode === "remove"));
  return { added, removed };
}

type Change = { by: number; actions: ReturnType<typeof giveActions> };

async function commitPieces(deps: WebDependencies, file: FileRow, changes: readonly Change[]): Promise<void> {
  let { version } = file;
  for (let start = 0; start < changes.length; start += readersAtOnce) {
    const piece = changes.slice(start, start + readersAtOnce);
    const by = piece.reduce((sum, change) => sum + change.by, 0);
    const counted = countReaders(deps, { id: file.id, version }, by);
    await commit(deps.db, [counted, ...piece.flatMap(({ actions }) => actions)]);
    version += 1;
  }
}
