// Each of the nine situations, staged: the console names it, says why with figures, and says what to do.
import { afterAll, beforeAll, expect, test } from "vitest";
import { scenesAt } from "../../../../scripts/lab/situations/scenes.ts";
import { stageScene } from "../../../../scripts/lab/situations/stage-scene.ts";
import { openTheatre } from "../../../../scripts/lab/situations/theatre.ts";

let theatre: Awaited<ReturnType<typeof openTheatre>>;
beforeAll(async () => {
  theatre = await openTheatre();
});
afterAll(() => theatre.close());

const now = Date.now();
const scenes = scenesAt(now);

/** What a page must say of each: the figures that speak for it, and what to do. */
const said: Readonly<Record<string, readonly string[]>> = {
  idle: ["Nothing waits and nothing runs.", "To do:</strong> nothing", "No worker is running"],
  working: [
    "25 jobs in flight, 46 waiting.",
    "To do:</strong> nothing",
    "1 worker drains (spot interruption)",
  ],
  overloaded: [
    "4,000 jobs wait for 2 workers",
    "It is at its largest size, 2: that is what holds it.",
    'href="/help/runbooks/at-maximum"',
  ],
  "group-bound": [
    "300 jobs wait behind others of the same group",
    "More instances do not help",
    "group group-0-2 of resize-image",
  ],
  "workers-dead": [
    "no live worker for resize-image",
    "aws logs tail /shop-5/workers",
    "i-0a1b2c3d4e5f60000 was seen last 5 min ago.",
    'href="/help/runbooks/nobody-works"',
  ],
  "no-capacity": [
    "6 instances asked for, 1 in service",
    "InsufficientInstanceCapacity",
    'href="/help/runbooks/no-capacity"',
  ],
  "service-down": ["S3 refuses requests since", "Nothing is lost", "more than ten minutes"],
  poison: [
    "Dead-lettered jobs need attention: 3 of resize-image.",
    "send them back or discard them",
    "Of the last 3 of resize-image: 3 “Error: the decode child ended with SIGKILL”.",
  ],
  paused: [
    "What waits is paused: group newsletter of parse-mail (by ann since",
    ": scans came in twice; the producer is being mended).",
    "Resume when the reason",
  ],
};

test("there are nine, each with a name of its own", () => {
  expect(scenes.map(({ name }) => name).sort()).toEqual(Object.keys(said).sort());
});

test.each(scenes.map((scene) => [scene.name, scene] as const))(
  "%s is named, with its figures and what to do",
  async (name, scene) => {
    const served = await stageScene(theatre, scene, Date.now());
    try {
      const page = (await (await fetch(served.url)).text()).replace(/\s+/g, " ");
      expect(page).toContain(`<strong>${name}</strong>`);
      for (const text of said[name] ?? []) expect(page).toContain(text);
    } finally {
      await served.close();
    }
  },
);
