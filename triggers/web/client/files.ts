// Uploads of files: a person's own, which survive a reload, and an outsider's, who answers a request.
import { call } from "./page/api.ts";
import { startSelectAll } from "./page/select-all.ts";
import { fileCarrier, type KnownUpload } from "./uploads/file-carrier.ts";
import { forgetUpload, rememberedUploads, rememberUpload } from "./uploads/memory.ts";
import type { UploadQueue } from "./uploads/queue.ts";
import { startUploads, type Uploads, uploadArea } from "./uploads/start.ts";
import type { LinkWish, Upload } from "./uploads/upload.ts";

const ownBase = "/api/v1/uploads";

/** Starts the area: for a person's own files, or for an outsider who answers a request. */
function start(area: HTMLElement): void {
  const { purpose, token = "", maxBytes = "Infinity" } = area.dataset;
  const own = purpose === "files";
  const carrier = fileCarrier({
    base: own ? ownBase : `/api/v1/requests/${encodeURIComponent(token)}/uploads`,
    maxBytes: Number(maxBytes),
    listed: own,
    arrived: own ? "" : "Arrived",
    fields: () => fieldsOf(area),
    waitsForPerson: (code) => {
      if (code !== "wrong-password") return false;
      uploads.hold.refuse("password", "That is not the password. Nothing was sent.");
      return true;
    },
    remember: own ? remember : () => {},
  });
  const uploads: Uploads = startUploads(area, carrier, () => linkWishOf(area));
  if (own) void restore(uploads.queue);
}

const fieldValue = (area: HTMLElement, name: string) =>
  area.querySelector<HTMLInputElement | HTMLSelectElement>(`[name="${name}"]`)?.value ?? "";

/** What the links allow that are made now. */
function linkWishOf(area: HTMLElement): LinkWish {
  const [password, downloads] = [fieldValue(area, "link-password"), fieldValue(area, "link-downloads")];
  return {
    ...(password !== "" && { password }),
    ...(downloads !== "" && { maxDownloads: Number(downloads) }),
  };
}

/** The fields of the area that belong to every upload: how long to keep it, or who sends it and the password. */
function fieldsOf(area: HTMLElement): Record<string, string | number> {
  const given: Record<string, string | number> = {};
  for (const name of ["hours", "from", "password"]) {
    const value = fieldValue(area, name);
    if (value !== "") given[name] = name === "hours" ? Number(value) : value;
  }
  return given;
}

function remember({ id }: Upload, what: "issued" | "sent" | "ended"): void {
  if (id === undefined) return;
  if (what === "ended") forgetUpload(id);
  else rememberUpload(id, what === "sent");
}

/** Lists what was not finished when the page was left, here or in another browser of the same person. */
async function restore(queue: UploadQueue): Promise<void> {
  const { uploads } = await call<{ uploads: KnownUpload[] }>("GET", ownBase);
  const open = new Map(
    uploads.filter(({ state }) => state === "issued").map((upload) => [upload.id, upload]),
  );
  const known = rememberedUploads();
  for (const id of known.keys()) if (!open.has(id)) forgetUpload(id);
  for (const upload of open.values()) {
    if (known.get(upload.id)) queue.restoreSent(upload);
    else if (upload.kind === "multipart") await restoreParts(queue, upload);
    else if (known.has(upload.id)) queue.restore({ ...upload, sent: 0 });
  }
}

async function restoreParts(queue: UploadQueue, { id }: KnownUpload): Promise<void> {
  const upload = await call<KnownUpload>("GET", `${ownBase}/${id}`);
  if (upload.state !== "issued") return;
  if (upload.parts === undefined) queue.restoreSent(upload);
  else queue.restore({ ...upload, sent: upload.parts.reduce((sum, { bytes }) => sum + bytes, 0) });
}

startSelectAll();
const area = uploadArea();
if (area !== null) start(area);
