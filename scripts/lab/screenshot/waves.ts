// Work for the fleet of the README's picture: minutes of waves, so that its charts have a history, and a last one during which the
// picture is taken.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { copyFile, mkdir, readdir } from "node:fs/promises";
import { extname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { FleetError } from "../../../worker/fleet/errors.ts";

/** Samples could not be submitted. */
export class NotSubmitted extends FleetError {}

const project = fileURLToPath(new URL("../../..", import.meta.url));
const pictures = join(project, "docs/samples/pictures");

/** Pictures of each wave, one after another. */
const waves = [12, 40, 20, 80, 30, 10, 60, 25, 90, 40] as const;
/** Of the last wave: enough to be at work while the picture is taken. */
const lastWave = 240;
const betweenMs = 25_000;

/** Where waves are submitted, and where their files are put. */
export type WavesPlace = { aws: string; folder: string };

/** Submits all waves but the last, some with mails and texts. Resolves minutes later. */
export async function makeHistory(place: WavesPlace): Promise<void> {
  for (const [index, count] of waves.entries()) {
    const began = Date.now();
    const others = index % 3 === 0 ? ["docs/samples/mails", "--text", "the sea, the harbour, the sea"] : [];
    await submit(place, await filesOf(place, `trip-${index}`, count), [
      ...others,
      "--album",
      `trip-${index}`,
    ]);
    await new Promise((resolve) => setTimeout(resolve, Math.max(0, began + betweenMs - Date.now())));
  }
}

/** Submits the last wave. */
export async function lastOf(place: WavesPlace): Promise<void> {
  await submit(place, await filesOf(place, "fair", lastWave), ["docs/samples/mails", "--album", "fair"]);
}

/** A folder with so many files, copies of the samples under names of their own. */
async function filesOf({ folder }: WavesPlace, name: string, count: number): Promise<string> {
  const own = join(folder, name);
  await mkdir(own, { recursive: true });
  const samples = (await readdir(pictures)).filter((each) => each !== "not-a-picture.jpg");
  for (let index = 0; index < count; index += 1) {
    const sample = samples[index % samples.length] ?? "";
    await copyFile(join(pictures, sample), join(own, `${index}${extname(sample)}`));
  }
  return own;
}

async function submit({ aws }: WavesPlace, files: string, more: readonly string[]): Promise<void> {
  const child = spawn(process.execPath, ["scripts/submit.ts", "--dir", files, ...more], {
    cwd: project,
    env: { ...process.env, AWS_ENDPOINT_URL: aws },
    stdio: "ignore",
  });
  const [code] = (await once(child, "close")) as [number | null];
  if (code !== 0) throw new NotSubmitted(`submitting samples exited with code ${code}`);
}
