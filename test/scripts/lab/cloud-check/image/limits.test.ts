// The image is tested under the limits with which the fleet runs it.
import { expect, test } from "vitest";
import { containerFlags } from "../../../../../infra/constructs/boot-script.ts";
import {
  containerLimits,
  dockerFlags,
  ociConfig,
} from "../../../../../scripts/lab/cloud-check/image/limits.ts";

test("Docker gets the flags of the fleet's unit, with numbers for the instance's own values", () => {
  const { memoryMegabytes, temporaryMegabytes } = containerLimits;
  const known = containerFlags
    .filter((flag) => !flag.startsWith("--stop-timeout"))
    .map((flag) =>
      flag
        .replace(/\$\{MEMORY_MB\}/, String(memoryMegabytes))
        .replace(/\$\{TMP_MB\}/, String(temporaryMegabytes)),
    );
  expect(dockerFlags()).toEqual(known);
});

test("an OCI runtime gets the same limits", () => {
  const image = {
    command: ["node", "main.js"],
    environment: ["A=b"],
    workingDirectory: "/worker",
    uid: 1000,
    gid: 1000,
    openFiles: 1024,
  };
  const config = ociConfig(image, "/rootfs", { FLEET_NAME: "f" });
  expect(config.root).toEqual({ path: "/rootfs", readonly: true });
  expect(Object.values(config.process.capabilities).flat()).toEqual([]);
  expect(config.process).toMatchObject({
    user: { uid: 1000, gid: 1000 },
    args: ["node", "main.js"],
    env: ["A=b", "FLEET_NAME=f"],
    noNewPrivileges: true,
  });
  const bytes = containerLimits.memoryMegabytes * 1024 ** 2;
  expect(config.linux.resources).toEqual({ memory: { limit: bytes, swap: bytes }, pids: { limit: 512 } });
  expect(config.mounts.find(({ destination }) => destination === "/tmp")?.options).toEqual([
    "rw",
    "noexec",
    "nosuid",
    "nodev",
    "mode=1777",
    "size=384m",
  ]);
});
