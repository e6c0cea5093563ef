// Under which names results are saved.
import fc from "fast-check";
import { expect, test } from "vitest";
import { savedName } from "../../../triggers/web/pictures/saved-name.ts";
import { contentTypes } from "../../../worker/jobs/pictures/resize-image/picture-format.ts";

test.each([
  ["IMG_1.HEIC", "image/jpeg", "IMG_1.jpg"],
  ["boat.gif", "image/webp", "boat.webp"],
  ["scan.tiff", "image/png", "scan.png"],
  ["scan.TIF", "image/jpeg", "scan.jpg"],
  ["photo.JPEG", "image/jpeg", "photo.JPEG"],
  ["photo.jpg", "image/jpeg", "photo.jpg"],
  ["wrong.png", "image/jpeg", "wrong.jpg"],
  ["v1.2", "image/png", "v1.2.png"],
  ["holidays", "image/avif", "holidays.avif"],
  ["png", "image/png", "png.png"],
  ["report.pdf", "application/pdf", "report.pdf"],
])("%s of type %s is saved as %s", (name, type, saved) => {
  expect(savedName(name, type)).toBe(saved);
});

test("every result's name ends as its type says, and a name that was right stays", () => {
  const types = fc.constantFrom(...Object.values(contentTypes));
  fc.assert(
    fc.property(fc.string({ minLength: 1 }), types, (name, type) => {
      const saved = savedName(name, type);
      expect(saved).toMatch(/\.(jpe?g|jfif|png|webp|avif)$/i);
      expect(savedName(saved, type)).toBe(saved);
    }),
  );
});
