// Files that systems leave in folders and nobody wants to send. Knows no browser.

const names = new Set([".ds_store", "thumbs.db", "ehthumbs.db", "desktop.ini", "icon\r", ".localized"]);
const folders = new Set(["__macosx", ".trashes", ".spotlight-v100", ".fseventsd", "$recycle.bin"]);

/** Whether a file is left out of a folder. One that a person chose by itself is sent. */
export function isJunk(folder: string, name: string): boolean {
  if (names.has(name.toLowerCase()) || name.startsWith("._")) return true;
  return folder.split("/").some((part) => folders.has(part.toLowerCase()));
}
