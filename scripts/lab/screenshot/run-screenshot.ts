// Takes the README's picture of the console: starts a local system, submits the samples, photographs the page in a browser.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { CommanderError } from "commander";
import { FleetError } from "../../../worker/fleet/errors.ts";
import type { ReadyLine } from "../../local/system/ready.ts";
import type { CommandEnvironment } from "../command-environment.ts";
import { startLocalProcess } from "../soak/local-process.ts";
import { readArguments } from "./arguments.ts";
import { findBrowser, startBrowser } from "./browser.ts";

/** No picture could be taken. The message says why. */
class NoPicture extends FleetError {}

const project = fileURLToPath(new URL("../../..", import.meta.url));
const text = "hello hello world";
/** Enough samples to show what the fleet does, few enough for one page. */
const samples = [
  ...["sunrise.jpg", "badge.png", "moving-boat.gif", "balloons.jpg", "not-a-picture.jpg"].map(
    (name) => `pictures/${name}`,
  ),
  "mails",
].map((name) => join("docs/samples", name));

/** Runs the command. Resolves to the exit code. */
export async function runScreenshot(
  args: readonly string[],
  { stdout, stderr }: Pick<CommandEnvironment, "stdout" | "stderr">,
): Promise<number> {
  try {
    const { out } = readArguments(args, (text) => stderr.write(text));
    const executable = await findBrowser();
    if (executable === undefined) throw new NoPicture("no Chromium was found; set CHROMIUM_PATH to one");
    await withLocalSystem(async (ready) => {
      await submitSamples(ready);
      await photograph(ready.console, executable, out);
    });
    stdout.write(`${out}\n`);
    return 0;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2;
    stderr.write(`screenshot: ${error instanceof Error ? error.message : String(error)}\n`);
    return 1;
  }
}

async function withLocalSystem(use: (ready: ReadyLine) => Promise<void>): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), "fifo-fleet-screenshot-"));
  const local = await startLocalProcess({
    args: ["--min-workers", "2"],
    environment: {},
    temporaryFolder: folder,
    logFile: join(folder, "local.log"),
  });
  try {
    await Promise.race([use(local.ready), local.died]);
  } finally {
    await local.interrupt();
    await rm(folder, { recursive: true, force: true });
  }
}

async function submitSamples({ aws }: ReadyLine): Promise<void> {
  const command = ["scripts/submit.ts", ...samples, "--text", text, "--wait"];
  const child = spawn(process.execPath, command, {
    cwd: project,
    env: { ...process.env, AWS_ENDPOINT_URL: aws },
    stdio: "ignore",
  });
  const [code] = (await once(child, "close")) as [number | null];
  if (code !== 0) throw new NoPicture(`submitting the samples exited with code ${code}`);
}

/** Waits until no job is left, answers to mails included, and the workers have told how long runs took; then takes the picture. */
async function photograph(url: string, executable: string, out: string): Promise<void> {
  const browser = await startBrowser(executable);
  try {
    const page = await browser.newPage({ viewport: { width: 1100, height: 1330 } });
    await page.goto(url);
    await page.getByText("Nothing waits and nothing runs.").waitFor();
    await page
      .locator("#queue-resize-image")
      .getByText(/[0-9] s, [0-9]/)
      .first()
      .waitFor({ timeout: 120_000 });
    await page.reload();
    await page.locator('[data-chart="durations"] canvas').waitFor();
    await page.screenshot({ path: out });
  } finally {
    await browser.close();
  }
}
