// The colours that are promised in docs/design-system.md: measured from the tokens, in light and dark.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";

const root = join(import.meta.dirname, "../../..");
const css = readFileSync(join(root, "triggers/web/assets/tokens.css"), "utf8");
const [light = "", dark = ""] = css.split("prefers-color-scheme: dark");

function colours(text: string): Map<string, string> {
  return new Map(
    [...text.matchAll(/--([\w-]+): (#[0-9a-f]{6});/g)].map(([, name = "", hex = ""]) => [name, hex]),
  );
}

/** Relative luminance (WCAG 2.2). */
function luminance(hex: string): number {
  const [red = 0, green = 0, blue = 0] = [1, 3, 5].map((at) => {
    const part = Number.parseInt(hex.slice(at, at + 2), 16) / 255;
    return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}

function contrast(a: string, b: string): number {
  const [high = 0, low = 0] = [luminance(a), luminance(b)].sort((x, y) => y - x);
  return (high + 0.05) / (low + 0.05);
}

/** Text on its grounds: at least 4.5 to 1. */
const texts: readonly (readonly [string, readonly string[]])[] = [
  ["text", ["page", "card", "accent-soft"]],
  ["quiet", ["page", "card"]],
  ["accent", ["page", "card", "accent-soft"]],
  ["good", ["card", "good-soft"]],
  ["warn", ["card", "warn-soft"]],
  ["bad", ["page", "card", "bad-soft"]],
  ["on-accent", ["accent", "accent-strong"]],
  ["on-bad", ["bad", "bad-strong"]],
];

describe.each([
  ["light", colours(light)],
  ["dark", new Map([...colours(light), ...colours(dark)])],
])("%s", (_, known) => {
  const of = (name: string) => known.get(name) ?? "";

  test.each(texts)("%s is read on each of its grounds", (name, grounds) => {
    for (const ground of grounds) {
      expect([of(name), of(ground)]).not.toContain("");
      expect([ground, contrast(of(name), of(ground)) >= 4.5]).toEqual([ground, true]);
    }
  });

  test("the edge of a control and the focus ring stand out from their grounds, 3 to 1", () => {
    for (const ground of ["page", "card"])
      for (const name of ["edge", "accent"])
        expect([name, ground, contrast(of(name), of(ground)) >= 3]).toEqual([name, ground, true]);
  });
});

test("the measure knows black on white", () => {
  expect(contrast("#000000", "#ffffff")).toBeCloseTo(21);
  expect(contrast("#777777", "#ffffff")).toBeCloseTo(4.48, 2);
});

test("the dark theme changes every colour that the light one names", () => {
  expect([...colours(dark).keys()]).toEqual([...colours(light).keys()]);
});
