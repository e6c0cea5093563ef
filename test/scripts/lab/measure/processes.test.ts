import { spawn } from "node:child_process";
import { once } from "node:events";
import { createServer } from "node:net";
import { expect, onTestFinished, test } from "vitest";
import { isAlive, processTree } from "../../../../scripts/lab/measure/processes.ts";

const here = () => {
  const [self] = processTree(process.pid);
  if (self === undefined) throw new Error("this process is not in its own tree");
  return self;
};

test("an open socket counts as a descriptor and as a socket until it is closed", async () => {
  const before = here();
  const servers = Array.from({ length: 20 }, () => createServer().listen(0, "127.0.0.1"));
  await Promise.all(servers.map((server) => once(server, "listening")));
  const open = here();
  expect([open.files - before.files, open.sockets - before.sockets]).toEqual([20, 20]);
  await Promise.all(servers.map((server) => new Promise((done) => server.close(done))));
  expect([here().files, here().sockets]).toEqual([before.files, before.sockets]);
});

test("a child is in the tree with its memory until it has exited", async () => {
  const child = spawn(process.execPath, ["-e", "setInterval(() => {}, 1000); console.log('up')"], {
    stdio: ["ignore", "pipe", "ignore"],
  });
  onTestFinished(() => void child.kill("SIGKILL"));
  await once(child.stdout, "data");
  const found = processTree(process.pid).find(({ pid }) => pid === child.pid);
  if (found === undefined) throw new Error("the child is not in the tree");
  expect(found.rssBytes).toBeGreaterThan(20 * 1024 ** 2);
  expect(isAlive(found)).toBe(true);
  child.kill("SIGKILL");
  await once(child, "exit");
  expect(isAlive(found)).toBe(false);
  expect(isAlive({ pid: process.pid, startTicks: found.startTicks })).toBe(false);
});

test("a process that does not exist has an empty tree", () => {
  expect(processTree(2 ** 30)).toEqual([]);
});
