// The text of a story, as much as a person reads on a screen.
import { GetObjectCommand, type S3Client } from "@aws-sdk/client-s3";
import type { Story } from "./story.ts";

/** A longer text is cut; `fetch` saves all of it. */
const shownBytes = 1024 * 1024;

/** The text body, else the first plain text file, cut to its first megabyte; empty where there is neither. */
export async function readText(s3: S3Client, { bucket, parts, reference }: Story): Promise<string> {
  // Some mail programs send the story itself as an inline file.
  const part =
    parts.find(({ role }) => role === "text") ??
    parts.find(({ contentType }) => /^text\/plain\b/.test(contentType));
  if (part === undefined || part.bytes === 0) return "";
  const Range = `bytes=0-${shownBytes - 1}`;
  const { Body } = await s3.send(new GetObjectCommand({ Bucket: bucket, Key: part.key, Range }));
  const bytes = (await Body?.transformToByteArray()) ?? new Uint8Array();
  const text = textOf(bytes, part.bytes > shownBytes);
  return part.bytes > shownBytes
    ? `${text}\n(cut here; npm run desk -- fetch ${reference} saves the whole text)`
    : text;
}

/** Files that people attach as text may be in Windows-1252. A cut text may end within a character. */
function textOf(bytes: Uint8Array, cut: boolean): string {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes, { stream: cut });
  } catch {
    return new TextDecoder("windows-1252").decode(bytes);
  }
}
