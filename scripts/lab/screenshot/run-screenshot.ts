// Takes the README's picture of the console: starts a local system, lets it work for some minutes, and photographs the page in a
// browser while it works.
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { CommanderError } from "commander";
import sharp from "sharp";
import { FleetError } from "../../../worker/fleet/errors.ts";
import type { ReadyLine } from "../../local/system/ready.ts";
import type { CommandEnvironment } from "../command-environment.ts";
import { startLocalProcess } from "../soak/local-process.ts";
import { readArguments } from "./arguments.ts";
import { findBrowser, startBrowser } from "./browser.ts";
import { lastOf, makeHistory } from "./waves.ts";

/** No picture could be taken. The message says why. */
class NoPicture extends FleetError {}

/** Runs the command. Resolves to the exit code. */
export async function runScreenshot(
  args: readonly string[],
  { stdout, stderr }: Pick<CommandEnvironment, "stdout" | "stderr">,
): Promise<number> {
  try {
    const { out } = readArguments(args, (text) => stderr.write(text));
    const executable = await findBrowser();
    if (executable === undefined) throw new NoPicture("no Chromium was found; set CHROMIUM_PATH to one");
    await withLocalSystem(async ({ aws, console: url }, folder) => {
      await makeHistory({ aws, folder });
      await Promise.all([lastOf({ aws, folder }), photograph(url, executable, out)]);
    });
    stdout.write(`${out}\n`);
    return 0;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2;
    stderr.write(`screenshot: ${error instanceof Error ? error.message : String(error)}\n`);
    return 1;
  }
}

async function withLocalSystem(use: (ready: ReadyLine, folder: string) => Promise<void>): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), "fifo-fleet-screenshot-"));
  const local = await startLocalProcess({
    args: ["--min-workers", "0", "--max-workers", "2"],
    environment: {},
    temporaryFolder: folder,
    logFile: join(folder, "local.log"),
  });
  try {
    await Promise.race([use(local.ready, folder), local.died]);
  } finally {
    await local.interrupt();
    await rm(folder, { recursive: true, force: true });
  }
}

/** Waits until jobs run and more wait, then takes the picture. */
async function photograph(url: string, executable: string, out: string): Promise<void> {
  const browser = await startBrowser(executable);
  try {
    const page = await browser.newPage({ viewport: { width: 1100, height: 1330 } });
    await page.goto(url);
    await page.locator("#verdict.working").waitFor({ timeout: 120_000 });
    await page.locator("#workers li").first().waitFor({ timeout: 120_000 });
    await page.reload();
    await page.locator('[data-chart="durations"] canvas').waitFor();
    await page.locator("#workers li").first().waitFor({ timeout: 120_000 });
    // A palette makes it half as large: the page has few colours.
    await sharp(await page.screenshot())
      .png({ palette: true, effort: 10 })
      .toFile(out);
  } finally {
    await browser.close();
  }
}
