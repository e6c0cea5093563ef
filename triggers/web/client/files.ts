// The files' page: uploads that survive a reload.
import { call } from "./page/api.ts";
import { fileCarrier, type KnownUpload } from "./uploads/file-carrier.ts";
import { UploadMemory } from "./uploads/memory.ts";
import { type Started, startUploads, uploadArea } from "./uploads/start.ts";
import type { Upload } from "./uploads/upload.ts";

const base = "/api/v1/uploads";
const memory = new UploadMemory();

function start(area: HTMLElement): void {
  const remembered = new Map<string, FileSystemFileHandle>();
  const carrier = fileCarrier({
    base,
    maxBytes: Number(area.dataset.maxBytes ?? Number.POSITIVE_INFINITY),
    fields: () => fieldsOf(area),
    remember: (upload, what) => void remember(started, upload, what),
  });
  const started = startUploads(area, carrier, (upload) => void reopen(started, upload, remembered));
  void restore(started, remembered);
}

/** The fields of the area that an upload takes: a number where the field is one. */
function fieldsOf(area: HTMLElement): Record<string, unknown> {
  const hours = area.querySelector<HTMLInputElement | HTMLSelectElement>('[name="hours"]')?.value ?? "";
  return hours === "" ? {} : { hours: Number(hours) };
}

async function remember(started: Started, upload: Upload, what: "issued" | "sent" | "ended"): Promise<void> {
  const { id, name, folder, bytes, file } = upload;
  if (id === undefined) return;
  if (what === "ended") return memory.remove(id);
  const handle = file && started.handles.get(file);
  await memory.put({ id, name, folder, bytes, sent: what === "sent", ...(handle && { handle }) });
}

/** Lists what was not finished when the page was left. The pages know the uploads, the browser their files. */
async function restore({ queue }: Started, handles: Map<string, FileSystemFileHandle>): Promise<void> {
  const [{ uploads }, known] = await Promise.all([
    call<{ uploads: KnownUpload[] }>("GET", base),
    memory.all(),
  ]);
  const open = new Map(
    uploads.filter(({ state }) => state === "issued").map((upload) => [upload.id, upload]),
  );
  const local = new Map(known.map((upload) => [upload.id, upload]));
  for (const { id } of known) if (!open.has(id)) await memory.remove(id);
  for (const upload of open.values()) {
    const mine = local.get(upload.id);
    if (mine?.handle) handles.set(upload.id, mine.handle);
    if (mine?.sent) queue.restoreSent(upload);
    else if (upload.kind === "multipart") await restoreParts(queue, upload, mine?.handle);
    else if (mine !== undefined) queue.restore({ ...upload, sent: 0 }, await readable(mine.handle));
  }
}

async function restoreParts(
  queue: Started["queue"],
  { id }: KnownUpload,
  handle: FileSystemFileHandle | undefined,
): Promise<void> {
  const upload = await call<KnownUpload>("GET", `${base}/${id}`);
  if (upload.state !== "issued") return;
  if (upload.parts === undefined) queue.restoreSent(upload);
  else {
    const sent = upload.parts.reduce((sum, { bytes }) => sum + bytes, 0);
    queue.restore({ ...upload, sent }, await readable(handle));
  }
}

type WithPermission = FileSystemFileHandle & {
  queryPermission?: (options: { mode: "read" }) => Promise<PermissionState>;
  requestPermission?: (options: { mode: "read" }) => Promise<PermissionState>;
};

/** The file of a handle, if the browser lets us read it without asking. */
async function readable(handle: WithPermission | undefined): Promise<File | undefined> {
  try {
    if ((await handle?.queryPermission?.({ mode: "read" })) !== "granted") return undefined;
    return await handle?.getFile();
  } catch {
    return undefined;
  }
}

/** Goes on with an upload at a person's click: by its handle after asking, else by choosing the file again. */
async function reopen(
  { queue }: Started,
  upload: Upload,
  handles: ReadonlyMap<string, WithPermission>,
): Promise<void> {
  const handle = handles.get(upload.id ?? "");
  const allowed = await handle?.requestPermission?.({ mode: "read" }).catch(() => "denied");
  const file = allowed === "granted" ? await handle?.getFile().catch(() => undefined) : undefined;
  if (file?.size === upload.bytes) queue.resume(upload, file);
  else document.querySelector<HTMLInputElement>("#uploads [data-files]")?.click();
}

const area = uploadArea();
if (area !== null) start(area);
