// Continuous integration runs every proof of the cloud.
import { readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { expect, test } from "vitest";

const root = resolve(import.meta.dirname, "../../../..");
const read = (path: string) => readFileSync(join(root, path), "utf8");
const workflow = read(".github/workflows/checks.yml");

test("the workflow runs every part of the cloud check, the template lint and all tests", () => {
  const parts = [...read("scripts/lab/cloud-check/run-cloud-check.ts").matchAll(/\.command\("(\w+)"\)/g)];
  expect(parts.length).toBeGreaterThan(2);
  for (const [, part] of parts) expect(workflow).toContain(`run: npm run lab -- cloud-check ${part} `);
  for (const command of ["npm run lab -- lint-cloud", "npx cdk synth", "bash .ci/run"])
    expect(workflow).toContain(`run: ${command}`);
});

test("the workflow installs the versions that docs/proof-cloud.md names", () => {
  const page = read("docs/proof-cloud.md");
  for (const name of ["moto[server]==", "aws-lambda-ric@"]) {
    const [pinned] = workflow.split(name)[1]?.match(/^[\d.]+\d/) ?? [];
    expect(pinned).toBeDefined();
    expect(page).toContain(`${name}${pinned}`);
  }
});
