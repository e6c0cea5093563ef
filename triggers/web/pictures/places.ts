// Where a person's pictures lie: keys of uploads, and albums with their names for people. A person's albums have a folder of
// their own, so no name that someone chooses leads into another person's album.
import { createHash } from "node:crypto";
import { usableName } from "../../../worker/jobs/files/rows/names.ts";

/** The owner of pictures that were sent without signing in. No person has this id. */
export const anonymous = ":anonymous";

/** The album of those pictures. */
const anonymousFolder = "anonymous";

const folderOf = (owner: string) =>
  owner === anonymous
    ? anonymousFolder
    : `people/${createHash("sha256").update(owner).digest("base64url").slice(0, 22)}`;

/** S3 replaces `${filename}` in the key of a form. The name is part of a key, which has at most 1,024 bytes. */
const nameInKey = (name: string) => usableName(name).replaceAll("${", "_{").slice(-120);

/** The longest name of an album. */
export const maxAlbumName = 60;

/**
 * The key of an upload: in the album's folder, or without a folder for the person's default album.
 * @param random makes the key its own, so that equal names do not replace each other
 */
export function pictureKey(
  owner: string,
  { name, album, random }: { name: string; album: string; random: Uint8Array },
): string {
  const file = `${Buffer.from(random).toString("base64url")}-${nameInKey(name)}`;
  if (owner === anonymous) return `${anonymousFolder}/${file}`;
  return album === "" ? file : `${folderOf(owner)}/${usableName(album).slice(0, maxAlbumName)}/${file}`;
}

/** The name of the upload in a key. */
export function nameOfKey(key: string): string {
  const last = key.slice(key.lastIndexOf("/") + 1);
  return /^[\w-]{16}-/.test(last) ? last.slice(17) : last;
}

/** The name of an album, for its owner. */
export function albumName(album: string, owner: string): string {
  const own = `${folderOf(owner)}/`;
  if (album === `/${owner}`) return "My pictures";
  return album.startsWith(own) ? album.slice(own.length) : album;
}

/** The name of an album as a person may type it; empty for their default album. */
export function albumChoice(album: string, owner: string): string {
  return album === `/${owner}` ? "" : albumName(album, owner);
}

/** A key or an album in an address. */
export const addressPart = (text: string): string => Buffer.from(text).toString("base64url");

/** The key or album in an address; undefined when it is none. */
export function fromAddressPart(part: string): string | undefined {
  const text = Buffer.from(part, "base64url").toString();
  return addressPart(text) === part ? text : undefined;
}
