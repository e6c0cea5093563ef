// Checks the confinement of a running container from outside and inside: user, capabilities, limits, what can be written.
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { Container } from "./engines.ts";
import { containerLimits } from "./limits.ts";

/** Notes one check: what it is about, what was seen, and whether that is right. */
export type Check = (what: string, saw: unknown, ok: boolean) => void;

/** Checks everything that the limits promise. */
export async function checkInside(container: Container, check: Check): Promise<void> {
  const status = readFileSync(`/proc/${await container.pid()}/status`, "utf8");
  const field = (name: string) => new RegExp(`^${name}:\\s*(\\S+)`, "m").exec(status)?.[1] ?? "";
  check("user", field("Uid"), field("Uid") === "1000");
  check("capabilities", field("CapEff") + field("CapBnd"), /^0+$/.test(field("CapEff") + field("CapBnd")));
  check("no new privileges", field("NoNewPrivs"), field("NoNewPrivs") === "1");
  const pid = await container.pid();
  const { memoryMegabytes, processes } = containerLimits;
  const memory = limitOf(pid, "memory", ["memory.limit_in_bytes", "memory.max"]);
  check("memory limit", memory, memory === String(memoryMegabytes * 1024 ** 2));
  const pids = limitOf(pid, "pids", ["pids.max"]);
  check("process limit", pids, pids === String(processes));
  const writes = (path: string) =>
    container.exec("touch", path).then(
      () => "written",
      () => "refused",
    );
  check("writing to the root", await writes("/worker/x"), (await writes("/worker/x")) === "refused");
  check("writing to /tmp", await writes("/tmp/x"), (await writes("/tmp/x")) === "written");
}

/** A limit of a process's control group, version 1 or 2; "not found" when there is none. */
function limitOf(pid: number, controller: string, files: readonly string[]): string {
  for (const line of readFileSync(`/proc/${pid}/cgroup`, "utf8").trim().split("\n")) {
    const [, controllers = "", path = ""] = line.split(":");
    const folder = controllers === "" ? "/sys/fs/cgroup" : `/sys/fs/cgroup/${controllers}`;
    const file = files.map((name) => join(folder, path, name)).find(existsSync);
    const ours = controllers === "" || controllers.split(",").includes(controller);
    if (ours && file !== undefined) return readFileSync(file, "utf8").trim();
  }
  return "not found";
}
