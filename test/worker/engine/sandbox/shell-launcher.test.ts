// What the launcher of last resort does on each platform.
import { expect, test } from "vitest";
import { shellLauncher } from "../../../../worker/engine/sandbox/shell-launcher.ts";

const request = {
  command: ["/bin/node", "child.ts"],
  readable: [],
  directory: "/tmp",
  limits: { cpuSeconds: 7, fileBytes: 1000, dataBytes: 4096 },
} as const;

test("on a Mac there is the shell alone: its limits but that of data, no network taken away, no signal at the parent's death", async () => {
  const launcher = await shellLauncher("darwin");
  expect(launcher?.confinement).toEqual({
    ...{ network: "none", files: "none", parentDeath: "cpu-limit", limits: "shell" },
  });
  const { file, args } = launcher?.wrap(request) ?? { args: [] };
  expect(file).toBe("/bin/sh");
  expect(args.slice(2)).toEqual(["sandbox-child", "/bin/node", "child.ts"]);
  expect(args[1]).toMatch(/ulimit -c 0; ulimit -t 7; ulimit -f 2; exec "\$@"$/);
});

test("on Linux data is limited, too, in KiB", async () => {
  const launcher = await shellLauncher("linux");
  expect(launcher?.wrap(request).args[1]).toMatch(/ulimit -f 2; ulimit -d 4; exec "\$@"$/);
});
