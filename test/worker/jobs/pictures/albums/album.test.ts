import fc from "fast-check";
import { expect, test } from "vitest";
import {
  afterJoin,
  afterLeave,
  albumOf,
  emptyAlbum,
  pictureName,
  thresholdsCrossed,
} from "../../../../../worker/jobs/pictures/albums/album.ts";

test.each([
  ["holiday/greece/beach.jpg", "holiday/greece"],
  ["holiday/beach.jpg", "holiday"],
  ["/holiday/beach.jpg", "holiday"],
  ["holiday//beach.jpg", "holiday"],
  ["beach.jpg", "/ann"],
  ["/beach.jpg", "/ann"],
  ["//beach.jpg", "/ann"],
])("the album of %s is %s", (key, album) => {
  expect(albumOf(key, "ann")).toBe(album);
});

test("no key puts a picture into another person's default album", () => {
  fc.assert(
    fc.property(fc.string({ minLength: 1 }), fc.string({ minLength: 1 }), (key, other) => {
      const album = albumOf(key, "ann");
      expect(album === "/ann" || !album.startsWith("/")).toBe(true);
      expect(albumOf(`${other}/x.jpg`, "ann")).not.toBe("/bob");
    }),
  );
});

test.each([
  ["a/b/c d.jpg", "c d.jpg"],
  ["plain.jpg", "plain.jpg"],
  ["folder/", "folder/"],
])("the name of the picture %s is %s", (key, name) => {
  expect(pictureName(key)).toBe(name);
});

test("for any joins and leaves, the thresholds crossed are exactly the multiples of ten up to the peak, each once", () => {
  fc.assert(
    fc.property(fc.array(fc.boolean(), { maxLength: 300 }), (joins) => {
      let numbers = emptyAlbum;
      const crossed: number[] = [];
      let [count, highest] = [0, 0];
      for (const join of joins) {
        if (!join && count === 0) continue;
        const next = join ? afterJoin(numbers) : afterLeave(numbers);
        crossed.push(...thresholdsCrossed(numbers, next));
        numbers = next;
        count += join ? 1 : -1;
        highest = Math.max(highest, count);
      }
      expect(numbers).toMatchObject({ pictures: count, peak: highest });
      expect(crossed).toEqual(
        Array.from({ length: Math.floor(highest / 10) }, (_, index) => 10 * (index + 1)),
      );
    }),
  );
});
