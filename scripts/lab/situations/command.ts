// `npm run lab -- situations`: stages the console's nine situations and takes pictures of each page: wide, on a phone, and dark.
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import type { Browser } from "playwright-core";
import { FleetError } from "../../../worker/fleet/errors.ts";
import { createCommand, exitCodes, readCommand, runCommand } from "../../../worker/process/command.ts";
import { findBrowser, startBrowser } from "../screenshot/browser.ts";
import { scenesAt } from "./scenes.ts";
import { stageScene } from "./stage-scene.ts";
import { openTheatre } from "./theatre.ts";

/** No picture could be taken. The message says why. */
class NoPicture extends FleetError {}

const looks = [
  { name: "wide", viewport: { width: 1280, height: 900 }, colorScheme: "light" },
  { name: "phone", viewport: { width: 390, height: 844 }, colorScheme: "light" },
  { name: "dark", viewport: { width: 1280, height: 900 }, colorScheme: "dark" },
] as const;

async function situations(args: readonly string[]): Promise<number> {
  const { out, only } = readArguments(args);
  const executable = await findBrowser();
  if (executable === undefined) throw new NoPicture("no Chromium was found; set CHROMIUM_PATH to one");
  await mkdir(out, { recursive: true });
  const [theatre, browser] = [await openTheatre(), await startBrowser(executable)];
  try {
    for (const scene of scenesAt(Date.now()).filter(({ name }) => only === undefined || name === only)) {
      const served = await stageScene(theatre, scene, Date.now());
      for (const look of looks)
        console.log(await shoot(browser, served.url, { ...look, scene: scene.name, out }));
      await served.close();
    }
  } finally {
    await browser.close();
    await theatre.close();
  }
  return exitCodes.done;
}

type Shot = (typeof looks)[number] & { scene: string; out: string };

async function shoot(browser: Browser, url: string, { name, viewport, colorScheme, scene, out }: Shot) {
  const page = await browser.newPage({ viewport, colorScheme });
  await page.goto(url);
  await page.locator('[data-chart="durations"] canvas').waitFor();
  const path = join(out, `${scene}-${name}.png`);
  await page.screenshot({ path, fullPage: true });
  await page.close();
  return path;
}

function readArguments(args: readonly string[]): { out: string; only?: string } {
  const command = createCommand("situations")
    .description("Stages each of the console's nine situations and takes pictures of its page.")
    .option("--out <folder>", "where the PNGs are written", "situations")
    .option("--only <situation>", "one of them, e.g. poison")
    .addHelpText("after", "\nExit code: 0 written, 1 failed, 2 bad arguments.");
  return readCommand(command, [...args]).opts<{ out: string; only?: string }>();
}

/** Runs the command. Resolves to the exit code. */
export const command = (args: string[]): Promise<number> => runCommand("situations", () => situations(args));
