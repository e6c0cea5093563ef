// Whom a campaign's workers run as. Only root can choose; every other user's workers are unprivileged anyway.
import { spawnSync } from "node:child_process";
import { chmod, mkdtemp, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { workerUser } from "../../../../../scripts/lab/campaign/fleet/worker-user.ts";

const isRoot = process.getuid?.() === 0;

async function folderWithEntry(mode: number) {
  const folder = await mkdtemp(join(tmpdir(), "worker-user-"));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  const entry = join(folder, "entry.js");
  await writeFile(entry, "");
  await chmod(folder, mode);
  return { folder, entry };
}

test("root's workers run as nobody, who owns what they write to", async () => {
  const { entry } = await folderWithEntry(0o755);
  const { folder } = await folderWithEntry(0o700);
  const user = workerUser(entry, folder);
  if (!isRoot) return expect(user).toBeUndefined();
  expect(user).toEqual({ uid: 65534, gid: 65534 });
  const program = `require("node:fs").writeFileSync("written", ""); console.log(process.getuid(), process.getgid())`;
  const { stdout } = spawnSync(process.execPath, ["--eval", program], {
    ...user,
    cwd: folder,
    encoding: "utf8",
  });
  expect(stdout).toBe("65534 65534\n");
  expect((await stat(join(folder, "written"))).uid).toBe(65534);
});

test("workers whose entry file only root can read run as root, and nobody gets their folder", async () => {
  const { entry } = await folderWithEntry(0o700);
  const { folder } = await folderWithEntry(0o700);
  expect(workerUser(entry, folder)).toBeUndefined();
  expect((await stat(folder)).uid).toBe(process.getuid?.());
});
