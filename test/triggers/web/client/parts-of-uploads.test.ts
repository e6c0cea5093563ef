// The parts of the uploader that need no browser: waits, junk, speed, parts, and which files can be pictures.
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { isJunk, isJunkKey } from "../../../../triggers/shared/folder-junk.ts";
import { backoffMs, maxTries } from "../../../../triggers/web/client/uploads/backoff.ts";
import { missingParts, partsOf } from "../../../../triggers/web/client/uploads/parts.ts";
import { durationText, flowText, Speed } from "../../../../triggers/web/client/uploads/speed.ts";
import { headBytes, maxPictureBytes, pictureProblem } from "../../../../triggers/web/pictures/accept.ts";
import { pictureLimits } from "../../../../worker/jobs/pictures/resize-image/child/contract.ts";
import { recognise } from "../../../../worker/jobs/pictures/resize-image/picture-format.ts";
import { oddPictures } from "../../../support/pictures/odd.ts";

describe("waits between tries", () => {
  test("grow, stay below half a minute, and differ between browsers", () => {
    const random = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true });
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 40 }), random, (tries, drawn) => {
        const ms = backoffMs(tries, drawn);
        expect(ms).toBeGreaterThanOrEqual(Math.min(15_000, 250 * 2 ** (tries - 1)));
        expect(ms).toBeLessThanOrEqual(30_000);
      }),
    );
    expect(maxTries).toBeGreaterThan(3);
  });
});

describe("junk in folders", () => {
  test.each([
    ["photos", ".DS_Store", true],
    ["photos", "Thumbs.db", true],
    ["photos/2026", "desktop.ini", true],
    ["__MACOSX/photos", "a.jpg", true],
    ["photos", "._a.jpg", true],
    ["photos", "a.jpg", false],
    ["photos", ".gitignore", false],
    ["thumbs.db", "a.jpg", false],
  ])("%s/%s is left out: %s", (folder, name, left) => {
    expect(isJunk(folder, name)).toBe(left);
    expect(isJunkKey(`${folder}/${name}`)).toBe(left);
  });
});

describe("parts of a file", () => {
  const size = fc.integer({ min: 1, max: 10_000 });
  const partSize = fc.integer({ min: 1, max: 700 });

  test("cover every byte once, in order, and only the last may be smaller", () => {
    fc.assert(
      fc.property(size, partSize, (bytes, partBytes) => {
        const parts = partsOf(bytes, partBytes);
        expect(parts.map(({ number }) => number)).toEqual(parts.map((_, index) => index + 1));
        expect(parts[0]?.start).toBe(0);
        expect(parts.at(-1)?.end).toBe(bytes);
        for (const [index, { start, end }] of parts.entries()) {
          expect(start).toBe(index === 0 ? 0 : parts[index - 1]?.end);
          if (index < parts.length - 1) expect(end - start).toBe(partBytes);
        }
      }),
    );
  });

  test("what S3 has in full is not sent again; what it has of another size is", () => {
    fc.assert(
      fc.property(size, partSize, fc.array(fc.boolean(), { maxLength: 50 }), (bytes, partBytes, had) => {
        const parts = partsOf(bytes, partBytes);
        const sent = parts.flatMap(({ number, start, end }) =>
          had[number] === undefined
            ? []
            : [{ number, etag: "e", bytes: end - start - (had[number] ? 0 : 1) }],
        );
        const missing = missingParts(bytes, partBytes, sent);
        expect(missing).toEqual(parts.filter(({ number }) => had[number] !== true));
      }),
    );
  });
});

describe("speed", () => {
  test("is that of the last seconds and is unknown at first and after a fall", () => {
    const speed = new Speed();
    speed.add(0, 0);
    expect(speed.bytesPerSecond()).toBeUndefined();
    for (let second = 1; second <= 20; second += 1) speed.add(second * 1000, second * 100);
    expect(speed.bytesPerSecond()).toBeCloseTo(100);
    for (let second = 21; second <= 40; second += 1) speed.add(second * 1000, 2000 + (second - 20) * 500);
    expect(speed.bytesPerSecond()).toBeCloseTo(500);
    speed.add(41_000, 0);
    expect(speed.bytesPerSecond()).toBeUndefined();
  });

  test("reads as a person says it", () => {
    expect(flowText(2 * 1024 ** 2, 240 * 1024 ** 2)).toBe("2 MB/s, 2 minutes left");
    expect(flowText(undefined, 1)).toBe("");
    expect([0.2, 1, 59, 61, 3600, 7300].map(durationText)).toEqual([
      "a moment",
      "1 second",
      "59 seconds",
      "2 minutes",
      "1 hour",
      "2 hours 2 minutes",
    ]);
  });
});

describe("which files can be pictures", () => {
  test("the limit of bytes is the job's", () => {
    expect(maxPictureBytes).toBe(pictureLimits.bytes);
  });

  test("every picture that the job takes is let through by its first bytes", async () => {
    for (const { name, bytes } of oddPictures) {
      const body = await bytes();
      if (recognise(body) === undefined || body.length > maxPictureBytes) continue;
      const head = new Uint8Array(body.subarray(0, headBytes));
      expect([name, pictureProblem({ name, type: "image/png", bytes: body.length, head })]).toEqual([
        name,
        undefined,
      ]);
    }
  });

  test.each([
    [{ name: "a.jpg", type: "image/jpeg", bytes: 0 }, /empty/],
    [{ name: "a.jpg", type: "image/jpeg", bytes: maxPictureBytes + 1 }, /51 MB; .* at most 50 MB/],
    [{ name: "a.svg", type: "image/svg+xml", bytes: 9 }, /SVG.*PNG/],
    [{ name: "IMG_1.CR2", type: "image/x-canon-cr2", bytes: 9 }, /raw.*JPEG/],
    [{ name: "IMG_1.dng", type: "", bytes: 9 }, /raw.*JPEG/],
    [{ name: "a.pdf", type: "application/pdf", bytes: 9 }, /not a picture/],
  ])("%o is refused before it is sent, with the way out", (file, reason) => {
    expect(pictureProblem(file)).toMatch(reason);
  });

  test("HEIC and BMP are taken, whatever their types say", () => {
    expect(pictureProblem({ name: "IMG_1.HEIC", type: "", bytes: 9 })).toBeUndefined();
    expect(pictureProblem({ name: "a.heic", type: "image/heic-sequence", bytes: 9 })).toBeUndefined();
    const head = Uint8Array.from(Buffer.from("BM\x46\0\0\0\0\0\0\0\x36\0\0\0\x28\0", "latin1"));
    expect(pictureProblem({ name: "a.bmp", type: "image/bmp", bytes: 99, head })).toBeUndefined();
  });

  test("pictures are told from films by their brand, whatever their name and type say", () => {
    const head = (brand: string) => Uint8Array.from(Buffer.from(`\0\0\0\x20ftyp${brand}\0\0\0\0`, "latin1"));
    const file = (brand: string) => ({ name: "a.jpg", type: "image/jpeg", bytes: 99, head: head(brand) });
    for (const brand of ["heic", "heix", "hevc", "mif1", "msf1", "mif3", "avif", "avis"])
      expect([brand, pictureProblem(file(brand))]).toEqual([brand, undefined]);
    expect(pictureProblem(file("isom"))).toMatch(/not a picture/);
  });
});
