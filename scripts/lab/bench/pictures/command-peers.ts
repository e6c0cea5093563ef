// Commands that resize pictures, of Debian's packages imagemagick and libvips-tools. One that is not installed is left out.
import { execFileSync } from "node:child_process";

/** A command: its name on the PATH, how it is called, and how it tells its version. */
export type CommandPeer = {
  file: string;
  argumentsOf: (from: string, to: string) => string[];
  version: { arguments: string[]; pattern: RegExp };
};

/** All commands by the names of their rows. */
export const commandPeers: Readonly<Record<string, CommandPeer>> = {
  ImageMagick: {
    file: "convert",
    argumentsOf: (from, to) => [`${from}[0]`, "-auto-orient", "-resize", "400x400", "-quality", "82", to],
    version: { arguments: ["-version"], pattern: /ImageMagick ([\d.]+-\d+)/ },
  },
  vipsthumbnail: {
    file: "vipsthumbnail",
    argumentsOf: (from, to) => [from, "--size", "400x400", "-o", to],
    version: { arguments: ["--vips-version"], pattern: /([\d.]+)/ },
  },
};

/** The commands that are installed here, with their versions. */
export function installedPeers(): { name: string; version: string }[] {
  return Object.entries(commandPeers).flatMap(([name, { file, version }]) => {
    try {
      const text = execFileSync(file, version.arguments, { encoding: "utf8" });
      return [{ name, version: version.pattern.exec(text)?.[1] ?? "unknown" }];
    } catch {
      return [];
    }
  });
}
