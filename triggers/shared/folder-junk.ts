// What systems leave in folders and nobody wants to send. Used by the browser, by triggers and by commands; so it imports nothing.

const names = new Set([".ds_store", "thumbs.db", "ehthumbs.db", "desktop.ini", "icon\r", ".localized"]);
const folders = new Set(["__macosx", ".trashes", ".spotlight-v100", ".fseventsd", "$recycle.bin"]);

/** Whether a file is left out of a folder. One that a person chose by itself is sent. */
export function isJunk(folder: string, name: string): boolean {
  if (names.has(name.toLowerCase()) || name.startsWith("._")) return true;
  return folder.split("/").some((part) => folders.has(part.toLowerCase()));
}

/** The same of an object's key. A key that ends with a slash marks a folder and is no file. */
export function isJunkKey(key: string): boolean {
  const slash = key.lastIndexOf("/");
  return key.endsWith("/") || isJunk(key.slice(0, Math.max(0, slash)), key.slice(slash + 1));
}
