// The bill of materials of the worker's image, in CycloneDX 1.5: Debian's packages, Node, the npm packages in the bundle, and the
// libraries inside libvips. Runs in the image itself while it is built, so it imports nothing.

/** An npm package in the image (packages.json beside the bundle). */
export type NpmPackage = { name: string; version: string; licence: string };

/** What is in the image. */
export type ImageContent = {
  /** `VERSION_CODENAME` and `ID` of /etc/os-release, for the packages' addresses. */
  system: { id: string; release: string };
  /** dpkg's own list, /var/lib/dpkg/status. */
  dpkgStatus: string;
  /** Of Node, without a `v`. */
  node: string;
  npm: readonly NpmPackage[];
  /** Versions of the libraries that libvips is built from (versions.json of its package). */
  libvips: Readonly<Record<string, string>>;
};

type Component = {
  type: "library" | "application" | "operating-system";
  name: string;
  version: string;
  purl?: string;
  licenses?: { expression: string }[];
};

/** The fields of a paragraph in dpkg's list; continued lines are left out. */
function fieldsOf(paragraph: string): Record<string, string> {
  return Object.fromEntries(
    paragraph.split("\n").flatMap((line) => {
      const [, name, value] = /^([A-Za-z-]+): (.*)$/.exec(line) ?? [];
      return name === undefined || value === undefined ? [] : [[name, value]];
    }),
  );
}

function debianPackages({ dpkgStatus, system }: ImageContent): Component[] {
  return dpkgStatus.split("\n\n").flatMap((paragraph) => {
    const {
      Package: name,
      Version: version,
      Architecture: architecture,
      Status: status,
    } = fieldsOf(paragraph);
    if (!name || !version || !status?.endsWith(" installed")) return [];
    const purl = `pkg:deb/${system.id}/${name}@${encodeURIComponent(version)}?arch=${architecture}&distro=${system.release}`;
    return [{ type: "library", name, version, purl }];
  });
}

const npmPackage = ({ name, version, licence }: NpmPackage): Component => ({
  type: "library",
  name,
  version,
  purl: `pkg:npm/${name.replace("@", "%40")}@${version}`,
  licenses: [{ expression: licence }],
});

/** The bill of materials. The same content gives the same text: it has no date and no random number. */
export function imageSbom(content: ImageContent) {
  const { system, node, npm, libvips } = content;
  const components: Component[] = [
    { type: "operating-system", name: system.id, version: system.release },
    { type: "application", name: "node", version: node, purl: `pkg:generic/node@${node}` },
    ...debianPackages(content),
    ...npm.map(npmPackage),
    ...Object.entries(libvips).map(
      ([name, version]): Component => ({
        type: "library",
        name,
        version,
        purl: `pkg:generic/${name}@${version}`,
      }),
    ),
  ];
  return {
    bomFormat: "CycloneDX",
    specVersion: "1.5",
    version: 1,
    metadata: { component: { type: "container", name: "fifo-fleet-worker" } },
    components,
  };
}
