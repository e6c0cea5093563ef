// Which licences what we ship may have, by SPDX id, and the packages whose licence asks for more than a notice.
import { FleetError } from "../../../worker/fleet/errors.ts";
import type { ShippedPackage } from "./shipped-packages.ts";

/** Licences that ask for no more than their text and the copyright beside the copy. */
export const noticeOnly: readonly string[] = [
  "0BSD",
  "Apache-2.0",
  "BlueOak-1.0.0",
  "BSD-2-Clause",
  "BSD-3-Clause",
  "ISC",
  "MIT",
  "MIT-0",
];

/** Packages under other licences, each with how its terms are kept, and the texts of `texts/` that go with it. */
export const explained: Readonly<
  Record<string, { licence: string; because: string; texts: readonly string[] }>
> = {
  "@img/sharp-libvips-linux-x64": {
    licence: "LGPL-3.0-or-later",
    because:
      "a shared library in a file of its own, unchanged; whoever has the image can put another version in its place",
    texts: ["LGPL-3", "GPL-3", "MPL-1.1"],
  },
  "@img/sharp-libvips-linux-arm64": {
    licence: "LGPL-3.0-or-later",
    because: "as for linux-x64",
    texts: ["LGPL-3", "GPL-3", "MPL-1.1"],
  },
  "libheif-js": {
    licence: "LGPL-3.0",
    because:
      "a package of its own beside the bundle, unchanged; whoever has the image can put another version in its place",
    texts: ["LGPL-3", "GPL-3"],
  },
  "ical.js": {
    licence: "MPL-2.0",
    because:
      "the licence covers its own files only; they are unchanged, and their source is the package in the registry",
    texts: ["MPL-2.0"],
  },
};

/** A package may not be shipped under its licence. The message names package and licence. */
export class LicenceRefused extends FleetError {}

/** The ids in an SPDX expression of alternatives, such as `(MIT OR EUPL-1.1+)`. */
const alternatives = (expression: string) => expression.replaceAll(/[()]/g, "").split(/\s+OR\s+/);

/** @throws LicenceRefused naming every package that may not be shipped */
export function refuseOthers(packages: readonly ShippedPackage[]): void {
  const refused = packages.filter(
    ({ name, licence }) =>
      !alternatives(licence).some((id) => noticeOnly.includes(id)) && explained[name]?.licence !== licence,
  );
  if (refused.length > 0)
    throw new LicenceRefused(
      `licences that are not allowed: ${refused.map(({ name, version, licence }) => `${name}@${version} (${licence})`).join(", ")}`,
    );
}
