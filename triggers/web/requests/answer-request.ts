// Issues an upload to someone who answers a request. The file will belong to the person who asked, and is marked as from
// outside. The job that stores it counts it on the request, exactly.
import { linkId } from "../../../worker/jobs/files/rows/link-row.ts";
import type { UploadRow } from "../../../worker/jobs/files/rows/upload-row.ts";
import type { WebDependencies } from "../dependencies.ts";
import { enterLink, findLink } from "../links/enter-link.ts";
import { NotFound, Refused } from "../refusals.ts";
import { limitsOf } from "../store/limits.ts";
import { type IssuedUpload, issueUpload, QuotaExceeded } from "../uploads/issue-upload.ts";
import { keepAnswer, releaseAnswer } from "../uploads/keep-room.ts";
import { readUpload } from "../uploads/upload-store.ts";

/** The request does not take this file. */
export class RequestFull extends Refused {
  constructor() {
    super(422, "request-full", "This request takes no file of this size any more.", "bytes");
  }
}

/** What an outsider wants to send, and how they call themselves. */
export type Answer = { name: string; folder: string; bytes: number; from: string; password: string };

/**
 * Issues an upload.
 * @throws NotFound, WrongPassword, TooManyAttempts, RequestFull, FileTooLarge
 */
export async function answerRequest(
  deps: WebDependencies,
  token: string,
  { from, password, ...file }: Answer,
): Promise<IssuedUpload> {
  const { id, row } = await enterLink(deps, await findLink(deps, token, "request"), password);
  const { request } = row;
  if (request === undefined) throw new NotFound();
  const announced = { bytes: file.bytes, issuedAt: new Date(deps.now()).toISOString() };
  if (!(await keepAnswer(deps, id, announced))) throw new RequestFull();
  const recipient = { owner: row.owner, ownerName: row.ownerName, requestId: id, from };
  // The person may not be there when it comes, so it is kept as long as any file.
  const wish = { ...file, hours: limitsOf(deps).maxFileHours };
  return issueUpload(deps, recipient, wish).catch(async (error: unknown) => {
    await releaseAnswer(deps, id, announced);
    // How much the person keeps is nobody else's business.
    throw error instanceof QuotaExceeded ? new RequestFull() : error;
  });
}

/** An upload that was issued through this request. @throws NotFound */
export async function answeredUpload(deps: WebDependencies, token: string, id: string): Promise<UploadRow> {
  const upload = await readUpload(deps, id);
  if (upload?.requestId === undefined || upload.requestId !== linkId(token)) throw new NotFound();
  return upload;
}
