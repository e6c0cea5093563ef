// The worker's side of the task `draw-contact-sheet`: runs it within its limits and checks its answer, which comes from an
// untrusted process.
import * as z from "zod";
import type { JobContext } from "../../../engine/job/handler.ts";
import type { SandboxDirectory, SandboxLimits } from "../../../engine/sandbox/sandbox.ts";
import type { DrawAnswer, DrawInput } from "./child/contract.ts";
import type { SheetCell } from "./collect-pictures.ts";
import type { SheetPayload } from "./sheet-row.ts";

const limits: SandboxLimits = {
  deadlineMs: 30_000,
  memoryBytes: 512 * 1024 ** 2,
  outputBytes: 32 * 1024 ** 2,
};

const side = z.number().int().min(1).max(10_000);
const drawAnswerSchema: z.ZodType<DrawAnswer> = z.object({
  width: side,
  height: side,
  bytes: z.number().int().min(1),
});

/**
 * Draws the sheet of these pictures into the file `output` of the directory.
 * @throws SandboxFailure or ZodError; a retry may help
 */
export async function drawSheet(
  { album, threshold }: Pick<SheetPayload, "album" | "threshold">,
  cells: readonly SheetCell[],
  output: string,
  { directory, sandbox, signal }: { directory: SandboxDirectory } & Pick<JobContext, "sandbox" | "signal">,
): Promise<DrawAnswer> {
  const input: DrawInput = {
    title: titleOf(album),
    subtitle:
      threshold > cells.length
        ? `The last ${cells.length} of ${threshold} pictures`
        : `${threshold} pictures`,
    cells: cells.map(({ name, file }) => ({ name, file })),
    output,
  };
  const run = sandbox.run({ task: "draw-contact-sheet", input }, { directory, limits, signal });
  return drawAnswerSchema.parse(await run);
}

/** A person's default album begins with a slash, see albums/album.ts. */
function titleOf(album: string): string {
  return album.startsWith("/") ? `Pictures of ${album.slice(1)}` : album;
}
