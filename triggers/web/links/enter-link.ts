// What happens when someone comes with a token. A link that is unknown, expired, revoked or used up, and one whose file has
// ended, all look alike: the same answer after the same store calls and one password check. Works for requests too.
import { GetCommand } from "@aws-sdk/lib-dynamodb";
import type { AuditedAction } from "../../../worker/jobs/files/rows/audit-row.ts";
import { type FileRow, fileRowSchema, isAvailable } from "../../../worker/jobs/files/rows/file-row.ts";
import { isUsable, type LinkRow, linkId } from "../../../worker/jobs/files/rows/link-row.ts";
import { audit } from "../audit/write.ts";
import type { WebDependencies } from "../dependencies.ts";
import { NotFound, Refused } from "../refusals.ts";
import { readLink } from "./link-store.ts";
import { countTry } from "./tries.ts";

/** The password of a link is another one. */
export class WrongPassword extends Refused {
  constructor() {
    super(403, "wrong-password", "That is not the password of this link.", "password");
  }
}

/** A link that works, apart from its password, and the file it leads to. A request leads to none. */
export type LiveLink = { id: string; row: LinkRow; file: FileRow | undefined };

/** What was found for a token. `live` is undefined for everything that does not work. */
export type FoundLink = { id: string; row: LinkRow | undefined; live: LiveLink | undefined };

/** No file has this id: 16 zero bytes. */
const nobodysFile = "A".repeat(22);

/** Looks a token up: two store calls, whatever it is. */
export async function findLink(
  deps: WebDependencies,
  token: string,
  kind: LinkRow["kind"],
): Promise<FoundLink> {
  const id = linkId(token);
  const row = await readLink(deps, id);
  const file = await readFile(deps, row?.fileId ?? nobodysFile);
  const works = row !== undefined && row.kind === kind && isUsable(row, deps.now());
  const leads = kind === "request" || (file?.owner === row?.owner && isThere(file, deps.now()));
  return { id, row, live: works && leads ? { id, row, file } : undefined };
}

const isThere = (file: FileRow | undefined, now: number): file is FileRow =>
  file !== undefined && isAvailable(file, now);

async function readFile({ db, names }: WebDependencies, id: string): Promise<FileRow | undefined> {
  const get = new GetCommand({ TableName: names.tables.files, Key: { id }, ConsistentRead: true });
  return fileRowSchema.safeParse((await db.send(get)).Item).data;
}

/**
 * Lets someone in who presents a token and, where the link has one, its password.
 * @throws NotFound, WrongPassword, TooManyAttempts, TooBusy
 */
export async function enterLink(
  deps: WebDependencies,
  found: FoundLink,
  presented: string,
): Promise<LiveLink> {
  const { live } = found;
  if (live !== undefined && live.row.password === undefined) return live;
  const takeBack = await countTry(deps, found.id);
  const right = await deps.passwords.matches(live?.row.password, presented).catch(async (error: unknown) => {
    await takeBack();
    throw error;
  });
  if (live !== undefined && right) {
    await takeBack();
    return live;
  }
  await auditRefusal(deps, found, live === undefined ? "gone" : "password");
  throw live === undefined ? new NotFound() : new WrongPassword();
}

/**
 * Refuses someone whose link ended between the look and the action, like any dead link.
 * @throws NotFound, TooManyAttempts
 */
export async function refuseEnded(
  deps: WebDependencies,
  found: FoundLink,
  presented: string,
): Promise<never> {
  await enterLink(deps, { ...found, live: undefined }, presented);
  throw new NotFound();
}

async function auditRefusal(
  deps: WebDependencies,
  { id, row }: FoundLink,
  why: "gone" | "password",
): Promise<void> {
  const known = row && {
    owner: row.owner,
    fileName: row.name,
    ...(row.fileId !== undefined && { fileId: row.fileId }),
  };
  const actor = `${row?.kind === "request" ? "request" : "link"}:${id}`;
  const action: AuditedAction = { action: "refused-link", actor, ...known, details: { why } };
  await audit(deps, action);
}
