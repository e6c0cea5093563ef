// Finds out by trying how a sandbox child is best confined on this platform. Levels differ by kernel and container;
// whatever is missing is named, never passed over in silence.
import type { Launcher } from "./launch-request.ts";
import { shellLauncher } from "./shell-launcher.ts";
import { syscallLauncher } from "./syscall-launcher.ts";

/**
 * The strongest launcher that works here: system calls before exec on Linux, else util-linux and a shell's `ulimit`,
 * else nothing. Takes tens of milliseconds.
 */
export async function probeLauncher(
  platform: string = process.platform,
  architecture: string = process.arch,
): Promise<Launcher> {
  return (
    (await syscallLauncher(platform, architecture)) ??
    (await shellLauncher(platform)) ?? {
      confinement: { network: "none", files: "none", parentDeath: "none", limits: "none" },
      wrap: ({ command: [file, ...args] }) => ({ file, args }),
    }
  );
}
