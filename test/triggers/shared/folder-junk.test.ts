// What is left out of a folder that somebody sends.
import { expect, test } from "vitest";
import { isJunk, isJunkKey } from "../../../triggers/shared/folder-junk.ts";

test.each([...["__MACOSX", ".Trashes", ".Spotlight-V100", ".fseventsd", "$RECYCLE.BIN"]])(
  "everything in a folder %s is left out, at any depth",
  (folder) => {
    expect([isJunk(folder, "a.jpg"), isJunk(`event/${folder}/deep`, "a.jpg")]).toEqual([true, true]);
    expect(isJunkKey(`event/${folder}/a.jpg`)).toBe(true);
  },
);

test.each([...[".DS_Store", "Thumbs.db", "ehthumbs.db", "desktop.ini", "Icon\r", ".localized", "._a.jpg"]])(
  "a file %j is left out of any folder",
  (name) => {
    expect([
      isJunk("", name),
      isJunk("event/day", name),
      isJunkKey(name),
      isJunkKey(`event/${name}`),
    ]).toEqual(Array(4).fill(true));
  },
);

test("other files and folders are sent, those with similar names too; a key that marks a folder is no file", () => {
  for (const [folder, name] of [
    ["", "a.jpg"],
    ["macosx/trashes", "thumbs.db.jpg"],
    ["event", "icon.png"],
    ["event", "_a.jpg"],
  ] as const)
    expect([name, isJunk(folder, name), isJunkKey(`${folder}/${name}`)]).toEqual([name, false, false]);
  expect(isJunkKey("event/day/")).toBe(true);
});
