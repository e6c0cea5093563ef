// `node write-image-sbom.ts FOLDER`: writes the bill of materials of the image that this runs in to FOLDER/sbom.cdx.json. FOLDER
// holds the bundle. The Dockerfile calls it.
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { imageSbom, type NpmPackage } from "./image-sbom.ts";

const folder = process.argv[2] ?? "";
const json = (path: string): unknown => JSON.parse(readFileSync(path, "utf8"));

/** Values of /etc/os-release. */
const release = Object.fromEntries(
  readFileSync("/etc/os-release", "utf8")
    .split("\n")
    .map((line) => line.replaceAll('"', "").split("=") as [string, string]),
);

const native = join(folder, "node_modules/@img");
const versions = readdirSync(native)
  .filter((name) => name.startsWith("sharp-libvips-"))
  .map((name) => json(join(native, name, "versions.json")) as Record<string, string>);

const sbom = imageSbom({
  system: { id: release.ID ?? "unknown", release: release.VERSION_CODENAME ?? "unknown" },
  dpkgStatus: readFileSync("/var/lib/dpkg/status", "utf8"),
  node: process.version.slice(1),
  npm: json(join(folder, "packages.json")) as NpmPackage[],
  libvips: Object.assign({}, ...versions) as Record<string, string>,
});
writeFileSync(join(folder, "sbom.cdx.json"), `${JSON.stringify(sbom, null, 1)}\n`);
