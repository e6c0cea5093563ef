// What we build from is stated exactly, and what we ship carries its licences.
import { once } from "node:events";
import { readdirSync, readFileSync } from "node:fs";
import { createServer } from "node:http";
import { join, resolve } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { imageSbom } from "../../../scripts/build/image-sbom.ts";
import { LicenceRefused } from "../../../scripts/build/licences/allowed.ts";
import { licencesOf } from "../../../scripts/build/licences/licence-file.ts";
import {
  foldersIn,
  readPackages,
  type ShippedPackage,
} from "../../../scripts/build/licences/shipped-packages.ts";
import { baseIn, dockerfiles } from "../../../scripts/lab/base-image/command.ts";
import { digestOf, parseName } from "../../../scripts/lab/base-image/registry.ts";

const root = resolve(import.meta.dirname, "../../..");
const read = (path: string) => readFileSync(join(root, path), "utf8");

test("every base image is named by digest, from a registry without limits for callers without an account", () => {
  for (const file of dockerfiles) {
    const { registry, digest } = parseName(baseIn(read(file)));
    expect([file, registry]).toEqual([file, "public.ecr.aws"]);
    expect(digest, file).toMatch(/^sha256:[0-9a-f]{64}$/);
    const from = [...read(file).matchAll(/^FROM (\S+)/gm)].map(([, image]) => image);
    expect(
      from.filter((image) => image !== "$" + "{NODE_IMAGE}"),
      file,
    ).toEqual([]);
    // A syntax line would fetch a build frontend by a floating tag.
    expect(read(file), file).not.toMatch(/^# *syntax=/m);
  }
});

test("every Debian package that is installed has a stated version", () => {
  const [, packages = ""] =
    /apt-get install -y --no-install-recommends \\\n([\s\S]*?) \\\n && /.exec(read("Dockerfile")) ?? [];
  const named = packages.split("\\\n").map((line) => line.trim());
  expect(named.length).toBeGreaterThan(2);
  expect(named.filter((name) => !/^[a-z0-9-]+=\d[\w.+*-]*$/.test(name))).toEqual([]);
});

test("every GitHub action is named by its commit", () => {
  const uses = readdirSync(join(root, ".github/workflows")).flatMap((file) =>
    [...read(`.github/workflows/${file}`).matchAll(/uses: (.+)$/gm)].map(([, action = ""]) => action),
  );
  expect(uses.length).toBeGreaterThan(5);
  expect(uses.filter((action) => !/^[\w/-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+$/.test(action))).toEqual([]);
});

test("the digest is read from the registry, with the token that it asks for", async () => {
  const digest = `sha256:${"ab".repeat(32)}`;
  const asked: string[] = [];
  const server = createServer(({ method, url = "", headers }, response) => {
    asked.push(`${method} ${url}`);
    if (url.startsWith("/token")) return response.end(JSON.stringify({ token: "for-all" }));
    if (headers.authorization !== "Bearer for-all") {
      const scope = 'service="s",scope="repository:library/node:pull"';
      response.writeHead(401, { "www-authenticate": `Bearer realm="http://${headers.host}/token",${scope}` });
    } else if (url.endsWith("/24-slim")) response.setHeader("docker-content-digest", digest);
    else response.writeHead(404);
    return response.end();
  });
  onTestFinished(async () => void (await once(server.close(), "close")));
  await once(server.listen(0, "127.0.0.1"), "listening");
  const address = server.address();
  const origin = `http://127.0.0.1:${typeof address === "object" && address ? address.port : 0}`;
  const image = parseName("registry.example/library/node:24-slim");
  expect(await digestOf(image, origin)).toBe(digest);
  expect(asked[1]).toBe("GET /token?service=s&scope=repository%3Alibrary%2Fnode%3Apull");
  await expect(digestOf({ ...image, tag: "none" }, origin)).rejects.toThrow(
    "says no digest of library/node:none: HTTP 404",
  );
  expect(() => parseName("node")).toThrow("is not named REGISTRY/REPOSITORY:TAG");
});

const pack = (facts: Partial<ShippedPackage>): ShippedPackage => ({
  ...{ name: "some", version: "1.0.0", licence: "MIT", author: "Ann", texts: { LICENSE: "MIT, Ann" } },
  ...facts,
});

test("what is shipped carries every text: its own, the standard one where it has none, and once where several share it", async () => {
  const text = await licencesOf([
    pack({ name: "one" }),
    pack({ name: "two" }),
    pack({ name: "bare", texts: {}, licence: "(MIT OR Apache-2.0)" }),
  ]);
  expect(text.split("MIT, Ann")).toHaveLength(2);
  expect(text).toContain("(the text that one@1.0.0 has above)");
  expect(text).toContain("Copyright (c) Ann");
  expect(text).toContain("Apache License");
});

test("libvips is shipped with the LGPL, the GPL that it refers to, and why that is right", async () => {
  const [native] = await readPackages(root, ["node_modules/@img/sharp-libvips-linux-x64"]);
  if (native === undefined) throw new Error("libvips is not installed");
  const text = await licencesOf([native]);
  for (const part of [
    "GNU LESSER GENERAL PUBLIC LICENSE",
    "TERMS AND CONDITIONS",
    "MOZILLA PUBLIC LICENSE",
    "shared library",
  ])
    expect(text).toContain(part);
});

test.each([
  [pack({ name: "theirs", licence: "GPL-3.0-only" }), "theirs@1.0.0 (GPL-3.0-only)"],
  [pack({ name: "unnamed", licence: "none" }), "unnamed@1.0.0 (none)"],
  [pack({ name: "ical.js", licence: "GPL-2.0" }), "ical.js@1.0.0 (GPL-2.0)"],
  [pack({ name: "bare", licence: "ISC", texts: {} }), "bare (ISC) carries no text"],
])("%o is refused", async (shipped, message) => {
  await expect(licencesOf([shipped])).rejects.toThrow(LicenceRefused);
  await expect(licencesOf([shipped])).rejects.toThrow(message);
});

test("everything that may come into a bundle or the image has a licence that allows it", async () => {
  const lock = JSON.parse(read("package-lock.json")) as {
    packages: Record<string, { dev?: boolean; optional?: boolean }>;
  };
  const installed = Object.entries(lock.packages).flatMap(([path, { dev }]) =>
    path === "" || dev || /node_modules\/(@dynoxide|node-)/.test(path) ? [] : [path],
  );
  const present = installed.filter((path) => {
    try {
      return readFileSync(join(root, path, "package.json")).length > 0;
    } catch {
      return false;
    }
  });
  expect(present.length).toBeGreaterThan(80);
  await licencesOf(await readPackages(root, present));
});

test("packages are found in a bundle's list of sources, nested ones too", () => {
  const inputs = {
    "worker/main.ts": {},
    "node_modules/a/x.js": {},
    "node_modules/@b/c/y.js": {},
    "node_modules/a/node_modules/d/z.js": {},
  };
  expect(foldersIn({ inputs })).toEqual([
    "node_modules/@b/c",
    "node_modules/a",
    "node_modules/a/node_modules/d",
  ]);
});

test("the image's bill of materials names Debian's packages, Node, npm's packages and what libvips is made of", () => {
  const sbom = imageSbom({
    system: { id: "debian", release: "bookworm" },
    dpkgStatus:
      "Package: tini\nStatus: install ok installed\nArchitecture: amd64\nVersion: 0.19.0-1+b3\nDescription: tiny\n more\n\n" +
      "Package: gone\nStatus: deinstall ok config-files\nArchitecture: amd64\nVersion: 1\n",
    node: "24.21.0",
    npm: [{ name: "@img/colour", version: "1.0.0", licence: "MIT" }],
    libvips: { vips: "8.18.7" },
  });
  expect(sbom).toMatchObject({ bomFormat: "CycloneDX", specVersion: "1.5" });
  expect(sbom.components.map(({ purl }) => purl).filter(Boolean)).toEqual([
    "pkg:generic/node@24.21.0",
    "pkg:deb/debian/tini@0.19.0-1%2Bb3?arch=amd64&distro=bookworm",
    "pkg:npm/%40img/colour@1.0.0",
    "pkg:generic/vips@8.18.7",
  ]);
});
