// The allocator's settings of `npm run local`.
import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { allocatorEnvironment } from "../../../../scripts/local/processes/allocator.ts";

test("npm run local starts its own process with the allocator's settings that it gives its workers", () => {
  const { scripts } = JSON.parse(readFileSync("package.json", "utf8"));
  const settings = Object.entries(allocatorEnvironment).map(([name, value]) => `${name}=${value}`);
  expect(scripts.local).toMatch(new RegExp(`^exec env ${settings.join(" ")} node `));
});
