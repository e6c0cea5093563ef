// A Chromium for tests of pages: the npm package's where it is installed, else one of this machine. It runs with its
// web security on: what pages may not do fails here, too.
import { existsSync } from "node:fs";
import { type Browser, chromium } from "playwright-core";

const installed = [
  "/usr/bin/chromium",
  "/usr/bin/chromium-browser",
  "/usr/bin/google-chrome",
  "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
];

/**
 * The npm package's Chromium with the libraries it needs: it unpacks them only where it believes to be in Lambda, and a
 * plain Debian has none of them.
 */
async function packaged(): Promise<string | undefined> {
  if (process.platform !== "linux" || process.arch !== "x64") return undefined;
  process.env.AWS_EXECUTION_ENV ??= "AWS_Lambda_nodejs22.x";
  const { default: chromiumPackage } = await import("@sparticuz/chromium");
  return chromiumPackage.executablePath();
}

/** Where a Chromium is; undefined where there is none (CHROMIUM_PATH names one that is elsewhere). */
export async function findBrowser(): Promise<string | undefined> {
  return process.env.CHROMIUM_PATH ?? (await packaged()) ?? installed.find((path) => existsSync(path));
}

/** Starts it without a window; the caller closes it. */
export function startBrowser(executablePath: string): Promise<Browser> {
  // Chromium's own sandbox does not start for root, as in containers; the pages are ours.
  return chromium.launch({ executablePath, args: ["--no-sandbox"] });
}
