// Remembers the ids of uploads over a reload, and whether all their bytes had gone. The pages know the rest. Never the bytes,
// and no handle of a file: reading a file again is for the person to allow, by choosing it.

const storageKey = "fleet-uploads";

/** More than a page ever has open; the oldest are forgotten first. */
const most = 2000;

type Remembered = readonly [id: string, sent: boolean];

/** What is remembered. Where the browser keeps nothing, for example in a private window, that is nothing. */
export function rememberedUploads(): Map<string, boolean> {
  try {
    const kept: unknown = JSON.parse(localStorage.getItem(storageKey) ?? "[]");
    return new Map(Array.isArray(kept) ? kept.filter(isRemembered) : []);
  } catch {
    return new Map();
  }
}

const isRemembered = (each: unknown): each is Remembered =>
  Array.isArray(each) && typeof each[0] === "string" && typeof each[1] === "boolean";

/** Remembers an upload: begun, or all sent. */
export function rememberUpload(id: string, sent: boolean): void {
  keep(rememberedUploads().set(id, sent));
}

/** Forgets an upload that has ended. */
export function forgetUpload(id: string): void {
  const kept = rememberedUploads();
  kept.delete(id);
  keep(kept);
}

function keep(kept: Map<string, boolean>): void {
  try {
    localStorage.setItem(storageKey, JSON.stringify([...kept].slice(-most)));
  } catch {
    // A full or forbidden storage: the list of a reload lacks small files, nothing else.
  }
}
