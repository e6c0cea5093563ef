// The drawing task in a real sandbox: pictures in, one sheet out.
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Sandbox } from "../../worker/engine/sandbox/sandbox.ts";
import type { DrawAnswer, DrawInput } from "../../worker/jobs/pictures/contact-sheet/child/contract.ts";
import { generousLimits, never } from "./sandbox.ts";

/** A picture to be drawn: its bytes, or none for one that is gone. */
export type SheetPicture = { name: string; bytes?: Buffer };

/** Draws a sheet; rejects with the sandbox's failure. */
export async function drawnSheet(
  sandbox: Sandbox,
  pictures: readonly SheetPicture[],
  { title = "holiday", subtitle = "10 pictures" }: Partial<Pick<DrawInput, "title" | "subtitle">> = {},
): Promise<{ bytes: Buffer; answer: DrawAnswer }> {
  await using directory = await sandbox.directory();
  const cells = await Promise.all(
    pictures.map(async ({ name, bytes }, index) => {
      if (bytes === undefined) return { name };
      await writeFile(join(directory.path, `picture-${index}`), bytes);
      return { name, file: `picture-${index}` };
    }),
  );
  const input: DrawInput = { title, subtitle, cells, output: "sheet.png" };
  const limits = { ...generousLimits, outputBytes: 32 * 1024 ** 2 };
  const answer = await sandbox.run(
    { task: "draw-contact-sheet", input },
    { directory, limits, signal: never },
  );
  return { bytes: await readFile(join(directory.path, "sheet.png")), answer: answer as DrawAnswer };
}
