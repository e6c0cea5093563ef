// The steps of an upload after it was issued, the same for a person and for an outsider who answers a request.
import type { UploadRow } from "../../../worker/jobs/files/rows/upload-row.ts";
import type { WebDependencies } from "../dependencies.ts";
import { Conflict, InvalidField } from "../refusals.ts";
import type { UploadView } from "./schemas.ts";
import {
  abortMultipart,
  bytesOfPart,
  completeMultipart,
  type Multipart,
  type Part,
  partAddress,
  partBytesOf,
  partsOf,
} from "./transfer.ts";
import { markCancelled } from "./upload-store.ts";

/** An upload as people see it, without its parts. */
export function uploadView(row: UploadRow): UploadView {
  const { fileId, name, folder, bytes, issuedAt, state, refusal, multipartId } = row;
  return {
    id: fileId,
    kind: multipartId === undefined ? "form" : "multipart",
    name,
    folder,
    bytes,
    issuedAt,
    state,
    ...(refusal !== undefined && { refusal }),
    ...(multipartId !== undefined && { partBytes: partBytesOf(bytes) }),
  };
}

/** An upload with the parts that have arrived, so that a browser goes on where it stopped. */
export async function uploadWithParts(
  { s3 }: Pick<WebDependencies, "s3">,
  row: UploadRow,
): Promise<UploadView> {
  const { multipartId, state } = row;
  if (multipartId === undefined || state !== "issued") return uploadView(row);
  const parts = await partsOf(s3, { ...row, multipartId });
  return { ...uploadView(row), ...(parts !== undefined && { parts }) };
}

/** Addresses for parts. @throws Conflict, InvalidField */
export async function addressesOf(
  { s3 }: Pick<WebDependencies, "s3">,
  row: UploadRow,
  numbers: readonly number[],
): Promise<{ number: number; url: string }[]> {
  const multipart = openMultipart(row);
  const last = Math.ceil(row.bytes / partBytesOf(row.bytes));
  if (numbers.some((number) => number > last))
    throw new InvalidField("numbers", `the file has ${last} parts`);
  return Promise.all(
    numbers.map(async (number) => {
      const part = { number, bytes: bytesOfPart(row.bytes, number) };
      return { number, url: await partAddress(s3, multipart, part) };
    }),
  );
}

/** Puts the parts together. @throws Conflict */
export async function completeUpload(
  { s3 }: Pick<WebDependencies, "s3">,
  row: UploadRow,
  parts: readonly Pick<Part, "number" | "etag">[],
): Promise<void> {
  if (row.state === "stored") return;
  await completeMultipart(s3, openMultipart(row), parts);
}

/** Cancels an upload that has not arrived. @throws Conflict when it is stored already */
export async function cancelUpload(
  deps: Pick<WebDependencies, "db" | "names" | "s3">,
  row: UploadRow,
): Promise<void> {
  if (row.state === "cancelled" || row.state === "refused") return;
  if (!(await markCancelled(deps, row))) throw new Conflict("The file has arrived meanwhile.");
  const { multipartId } = row;
  if (multipartId !== undefined) await abortMultipart(deps.s3, { ...row, multipartId });
}

function openMultipart(row: UploadRow): Multipart {
  const { bucket, key, multipartId, state } = row;
  if (multipartId === undefined || state !== "issued") throw new Conflict("This upload takes no more parts.");
  return { bucket, key, multipartId };
}
