// Has the file packed into an archive beyond 4 GB and reads that with other programs: unzip and Python.
import { execFile } from "node:child_process";
import { promisify } from "node:util";
import type { Page } from "playwright-core";
import { inUtf8 } from "../utf8-locale.ts";
import { download, type TransferOptions } from "./transfer.ts";

const execute = promisify(execFile);

/** What other programs made of the archive. */
export type ReadArchive = {
  /** Seconds until the archive appeared, and until it was downloaded. */
  packSeconds: number;
  downloadSeconds: number;
  /** Whether the last record has the 64-bit form. */
  zip64: boolean;
  /** What unzip says of it. */
  unzip: string;
  /** The SHA-256 of the file in it, by Python. */
  sha256: string;
};

/** Selects the file, asks for an archive, downloads it when it appears, and reads it. */
export async function packAndRead(page: Page, options: TransferOptions): Promise<ReadArchive> {
  const { web, patienceSeconds } = options;
  const startedAt = performance.now();
  const seconds = () => (performance.now() - startedAt) / 1000;
  await page.goto(`${web}/files`);
  await page.locator('input[name="file"]').first().check();
  await page.locator('button[name="action"][value="zip"]').click();
  const link = page.locator('a[aria-label^="Download files "]').first();
  await link.waitFor({ timeout: patienceSeconds * 1000 });
  const packSeconds = seconds();
  const path = await download(page, link);
  const downloadSeconds = seconds() - packSeconds;
  return { packSeconds, downloadSeconds, ...(await readArchive(path)) };
}

const pythonScript = `
import hashlib, sys, zipfile
with open(sys.argv[1], "rb") as file:
    file.seek(-200, 2)
    print("zip64" if b"PK\\x06\\x06" in file.read() else "zip")
archive = zipfile.ZipFile(sys.argv[1])
[entry] = archive.infolist()
hash = hashlib.sha256()
with archive.open(entry) as member:
    while chunk := member.read(1 << 20):
        hash.update(chunk)
print(hash.hexdigest())
`;

async function readArchive(path: string): Promise<Pick<ReadArchive, "zip64" | "unzip" | "sha256">> {
  const unzip = execute("unzip", ["-tq", path], { env: inUtf8() }).then(
    ({ stdout }) => stdout.trim(),
    (error: Error) => error.message,
  );
  const { stdout } = await execute("python3", ["-c", pythonScript, path]);
  const [form = "", sha256 = ""] = stdout.trim().split("\n");
  return { zip64: form === "zip64", unzip: (await unzip).split("\n").at(-1) ?? "", sha256 };
}
