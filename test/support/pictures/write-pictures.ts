// Writes the tests' pictures into a folder, from which they can be submitted to a running system:
//   node test/support/pictures/write-pictures.ts DIR   gives DIR/accepted and DIR/refused.
import { mkdir, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { hostileFiles } from "./hostile.ts";
import { oddPictures } from "./odd.ts";

/** Writes every picture below `folder`. Returns how many are accepted and how many refused. */
export async function writePictures(folder: string): Promise<{ accepted: number; refused: number }> {
  const kinds = { accepted: oddPictures, refused: hostileFiles };
  for (const [kind, pictures] of Object.entries(kinds)) {
    for (const { name, bytes } of pictures) {
      const path = join(folder, kind, name);
      await mkdir(dirname(path), { recursive: true });
      await writeFile(path, await bytes());
    }
  }
  return { accepted: oddPictures.length, refused: hostileFiles.length };
}

if (import.meta.main) {
  const [folder, ...rest] = process.argv.slice(2);
  if (folder === undefined || rest.length > 0) {
    console.error("usage: node test/support/pictures/write-pictures.ts DIR");
    process.exit(2);
  }
  const { accepted, refused } = await writePictures(folder);
  console.log(`${folder}: ${accepted} pictures to be accepted, ${refused} files to be refused`);
}
