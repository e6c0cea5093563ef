// Finds and starts a Chromium: the npm package where it is installed, else one of this machine. Web security stays on, so
// what a page may not do fails here, too.
import { existsSync } from "node:fs";
import { type Browser, chromium, type Page } from "playwright-core";
import { inUtf8 } from "../utf8-locale.ts";

const installed = [
  "/usr/bin/chromium",
  "/usr/bin/chromium-browser",
  "/usr/bin/google-chrome",
  "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
];

/**
 * The npm package's Chromium. It brings the libraries that a plain Debian lacks, but unpacks them only in Lambda: the
 * environment variable makes it believe that it runs there.
 */
async function packaged(): Promise<string | undefined> {
  if (process.platform !== "linux" || process.arch !== "x64") return undefined;
  process.env.AWS_EXECUTION_ENV ??= "AWS_Lambda_nodejs22.x";
  const { default: chromiumPackage } = await import("@sparticuz/chromium");
  return chromiumPackage.executablePath();
}

/** The path of a Chromium, or undefined if there is none. CHROMIUM_PATH names one that is elsewhere. */
export async function findBrowser(): Promise<string | undefined> {
  return process.env.CHROMIUM_PATH ?? (await packaged()) ?? installed.find((path) => existsSync(path));
}

/** Starts the browser without a window. The caller closes it. */
export function startBrowser(
  executablePath: string,
  options: { downloadsPath?: string } = {},
): Promise<Browser> {
  // Chromium's own sandbox does not start for root, as in containers; the pages are ours.
  // Whoever starts it ends it, and is told of signals.
  const signals = { handleSIGINT: false, handleSIGTERM: false };
  return chromium.launch({ ...options, ...signals, env: inUtf8(), executablePath, args: ["--no-sandbox"] });
}

/** Signs a person in at a local system's pages. */
export async function signInByForm(
  page: Page,
  web: string,
  { address, password }: { address: string; password: string },
): Promise<void> {
  await page.goto(`${web}/sign-in`);
  await page.locator('input[name="address"]').fill(address);
  await page.locator('input[name="password"]').fill(password);
  await page.locator('form[action*="/interaction/"] button').first().click();
  await page.locator("details.account").waitFor();
}
