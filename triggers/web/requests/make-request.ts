// Makes a request: a link by which someone without an account sends files to a person.
import { fileLimits } from "../../../worker/jobs/files/rows/file-row.ts";
import { type LinkRow, linkId } from "../../../worker/jobs/files/rows/link-row.ts";
import type { Visitor } from "../access/visitor.ts";
import type { WebDependencies } from "../dependencies.ts";
import { listLinks, newToken, putLinkActions } from "../links/link-store.ts";
import type { MadeLink } from "../links/make-link.ts";
import { InvalidField } from "../refusals.ts";
import { commit } from "../store/commit.ts";

/** What a request takes. */
export type RequestWish = {
  /** Its title. */
  name: string;
  note: string;
  maxFiles: number;
  /** Bytes of all files together. */
  maxBytes: number;
  hours: number;
  password?: string | undefined;
};

/**
 * Makes a request. Its address is told only now.
 * @throws InvalidField when the person has too many
 */
export async function makeRequest(
  deps: WebDependencies,
  owner: Pick<Visitor, "id" | "name">,
  { name, note, maxFiles, maxBytes, hours, password }: RequestWish,
): Promise<MadeLink> {
  if ((await ownRequests(deps, owner.id)).length >= fileLimits.requests)
    throw new InvalidField(
      "request",
      `a person has at most ${fileLimits.requests} until the first of them expires`,
    );
  const token = newToken(deps);
  const row: LinkRow = {
    id: linkId(token),
    kind: "request",
    owner: owner.id,
    ownerName: owner.name,
    requestOf: owner.id,
    name,
    ...(password !== undefined && { password: await deps.passwords.hash(password) }),
    downloads: 0,
    createdAt: new Date(deps.now()).toISOString(),
    expiresAt: Math.floor(deps.now() / 1000 + hours * 3600),
    request: { maxBytes, maxFiles, received: 0, receivedBytes: 0, note },
  };
  await commit(deps.db, putLinkActions(deps, row, token));
  return { row, url: `${deps.settings.origin}/r/${token}` };
}

/** A person's requests, the newest first. */
export async function ownRequests(deps: WebDependencies, owner: string): Promise<LinkRow[]> {
  return listLinks(deps, { requestOf: owner });
}
