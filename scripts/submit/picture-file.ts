// Whether a file is meant as a picture: by its name, so that a damaged picture is refused as one, else by its first bytes.
import { open } from "node:fs/promises";
import { extname } from "node:path";
import { magicBytes, recognise } from "../../worker/jobs/pictures/resize-image/picture-format.ts";

const pictureNames = new Set([
  ".jpg",
  ".jpeg",
  ".png",
  ".webp",
  ".gif",
  ".avif",
  ".tif",
  ".tiff",
  ".heic",
  ".heif",
  ".hif",
  ".bmp",
  ".dib",
  ".svg",
  ".apng",
  ".jfif",
]);

/** Decides it from the name and at most the first bytes. */
export async function isPicture(path: string): Promise<boolean> {
  if (pictureNames.has(extname(path).toLowerCase())) return true;
  await using file = await open(path);
  const { buffer, bytesRead } = await file.read(Buffer.alloc(magicBytes), 0, magicBytes, 0);
  return recognise(buffer.subarray(0, bytesRead)) !== undefined;
}
