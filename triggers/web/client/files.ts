// The files' page: uploads that survive a reload.
import { call } from "./page/api.ts";
import { fileCarrier, type KnownUpload } from "./uploads/file-carrier.ts";
import { forgetUpload, rememberedUploads, rememberUpload } from "./uploads/memory.ts";
import type { UploadQueue } from "./uploads/queue.ts";
import { startUploads, uploadArea } from "./uploads/start.ts";
import type { Upload } from "./uploads/upload.ts";

const base = "/api/v1/uploads";

/** Files for a request go by its own addresses, and nothing of them is remembered: the visitor has no account. */
function startRequest(area: HTMLElement, token: string): void {
  startUploads(
    area,
    fileCarrier({
      base: `/api/v1/requests/${encodeURIComponent(token)}/uploads`,
      listed: false,
      maxBytes: Number(area.dataset.maxBytes ?? Number.POSITIVE_INFINITY),
      fields: () => textsOf(area, ["from", "password"]),
      remember: () => {},
    }),
  );
}

/** Texts of the area's fields by name, without empty ones. */
function textsOf(area: HTMLElement, names: readonly string[]): Record<string, string> {
  const texts = names.map((name) => [name, area.querySelector<HTMLInputElement>(`[name="${name}"]`)?.value]);
  return Object.fromEntries(texts.filter(([, text]) => text));
}

function start(area: HTMLElement): void {
  const carrier = fileCarrier({
    base,
    listed: true,
    maxBytes: Number(area.dataset.maxBytes ?? Number.POSITIVE_INFINITY),
    fields: () => fieldsOf(area),
    remember,
  });
  const queue = startUploads(area, carrier);
  void restore(queue);
}

/** The fields of the area that an upload takes: the hours until it expires. */
function fieldsOf(area: HTMLElement): Record<string, unknown> {
  const hours = area.querySelector<HTMLInputElement | HTMLSelectElement>('[name="hours"]')?.value ?? "";
  return hours === "" ? {} : { hours: Number(hours) };
}

function remember({ id }: Upload, what: "issued" | "sent" | "ended"): void {
  if (id === undefined) return;
  if (what === "ended") forgetUpload(id);
  else rememberUpload(id, what === "sent");
}

/** Lists what was not finished when the page was left, here or in another browser of the same person. */
async function restore(queue: UploadQueue): Promise<void> {
  const { uploads } = await call<{ uploads: KnownUpload[] }>("GET", base);
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
  const upload = await call<KnownUpload>("GET", `${base}/${id}`);
  if (upload.state !== "issued") return;
  if (upload.parts === undefined) queue.restoreSent(upload);
  else queue.restore({ ...upload, sent: upload.parts.reduce((sum, { bytes }) => sum + bytes, 0) });
}

const area = uploadArea();
const token = area?.dataset.token;
if (area !== null && token !== undefined) startRequest(area, token);
else if (area !== null) start(area);
