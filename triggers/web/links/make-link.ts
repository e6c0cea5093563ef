// Makes a link to a file: for a stored one, or for one that is still on its way.
import { type FileRow, fileLimits } from "../../../worker/jobs/files/rows/file-row.ts";
import { type LinkRow, linkId } from "../../../worker/jobs/files/rows/link-row.ts";
import type { Visitor } from "../access/visitor.ts";
import type { WebDependencies } from "../dependencies.ts";
import { Conflict, InvalidField } from "../refusals.ts";
import { countReaders } from "../shares/share-actions.ts";
import { type Action, commit, NotCommitted } from "../store/commit.ts";
import { listLinks, newToken, putLinkActions } from "./link-store.ts";

/** What a link allows. Without hours it lives as long as its file. */
export type LinkWish = {
  password?: string | undefined;
  maxDownloads?: number | undefined;
  hours?: number | undefined;
};

/** A new link with its address, which is told only now. */
export type MadeLink = { row: LinkRow; url: string };

/**
 * Makes a link to a file of one's own.
 * @throws InvalidField when the file has too many, Conflict
 */
export async function makeLink(
  deps: WebDependencies,
  owner: Pick<Visitor, "id" | "name">,
  file: FileRow,
  wish: LinkWish,
): Promise<MadeLink> {
  if ((await listLinks(deps, { fileId: file.id })).length >= fileLimits.links)
    throw new InvalidField("link", `a file has at most ${fileLimits.links} links`);
  const untilMs = Date.parse(file.expiresAt);
  const { made, actions } = await prepareLink(
    deps,
    owner,
    { fileId: file.id, name: file.name, untilMs },
    wish,
  );
  // The file's version changes, so that its end does not miss a link that is made at the same moment.
  await commit(deps.db, [countReaders(deps, file, 0), ...actions]).catch((error: unknown) => {
    if (error instanceof NotCommitted)
      throw new Conflict("The file has changed meanwhile. Look at it again.");
    throw error;
  });
  return made;
}

/** Makes the row of a link and the actions that write it. `untilMs` is the latest that the file may live. */
export async function prepareLink(
  deps: WebDependencies,
  owner: Pick<Visitor, "id" | "name">,
  { fileId, name, untilMs }: { fileId: string; name: string; untilMs: number },
  { password, maxDownloads, hours }: LinkWish,
): Promise<{ made: MadeLink; actions: Action[] }> {
  const token = newToken(deps);
  const asked = hours === undefined ? untilMs : deps.now() + hours * 3_600_000;
  const row: LinkRow = {
    id: linkId(token),
    kind: "file",
    owner: owner.id,
    ownerName: owner.name,
    fileId,
    name,
    ...(password !== undefined && { password: await deps.passwords.hash(password) }),
    ...(maxDownloads !== undefined && { maxDownloads }),
    downloads: 0,
    createdAt: new Date(deps.now()).toISOString(),
    expiresAt: Math.floor(asked / 1000),
  };
  const url = `${deps.settings.origin}/l/${token}`;
  return { made: { row, url }, actions: putLinkActions(deps, row, token) };
}
