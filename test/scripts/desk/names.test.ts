// Names on the editor's disk and text on the editor's screen, whatever a sender wrote.
import fc from "fast-check";
import stringWidth from "string-width";
import { expect, test } from "vitest";
import { cutToWidth, table } from "../../../scripts/cli/table.ts";
import { visible } from "../../../scripts/cli/visible.ts";
import { partFileName } from "../../../scripts/desk/file-name.ts";
import { storyNameOf } from "../../../scripts/desk/story.ts";

const part = (name: string | undefined, contentType = "application/pdf", n = 2) =>
  ({ n, key: "k", role: "attachment", contentType, bytes: 1, sha256: "", name }) as const;

test.each([
  ["story.pdf", "application/pdf", "02-story.pdf"],
  ["../../etc/passwd", "application/octet-stream", "02-etc_passwd.bin"],
  ["CON.txt", "text/plain; charset=utf-8", "02-CON.txt"],
  ["invoice.pdf.exe", "application/x-msdownload", "02-invoice.pdf.bin"],
  ["story.html", "application/pdf", "02-story.pdf"],
  ["story\u202efdp.exe", "application/octet-stream", "02-story_fdp.bin"],
  ["a\u0000b\r\nc.txt", "text/plain", "02-a_b_c.txt"],
  ["story.docx", "application/zip", "02-story.docx"],
  ["macro.jar", "application/zip", "02-macro.zip"],
  ["notes.md", "application/octet-stream", "02-notes.md"],
  ["run.sh", "text/x-sh", "02-run.bin"],
  ["Erzählung €.odt", "application/vnd.oasis.opendocument.text", "02-Erzählung _.odt"],
  [undefined, "image/png", "02-attachment.png"],
  ["...", "image/png", "02-attachment.png"],
])("%j of type %s is saved as %s", (name, type, expected) => {
  expect(partFileName(part(name, type))).toBe(expected);
});

test("a name is always one plain file name that every system accepts, and its extension is never the sender's choice", () => {
  const extensions = /\.(pdf|bin|txt|md|tex|rst|fountain|fdx|wpd|pages|odt|csv)$/;
  const types = fc.constantFrom("application/pdf", "application/octet-stream", "x/y");
  const names = fc.oneof(fc.string({ unit: "binary", maxLength: 400 }), fc.string({ maxLength: 20 }));
  fc.assert(
    fc.property(names, types, (name, type) => {
      const file = partFileName(part(name, type));
      expect(file).toMatch(/^02-[^/\\:*?"<>|\p{Cc}\p{Cf}]+$/u);
      expect(file).toMatch(extensions);
      expect(file).not.toMatch(/[. ]\.[a-z]+$/);
      expect(Buffer.byteLength(file)).toBeLessThanOrEqual(140);
    }),
    { numRuns: 500 },
  );
});

test("a text loses all that would move a cursor or turn the direction, and keeps the rest", () => {
  expect(visible("a\tb\r\nc\rd\u001b[31m\u0085\u2028\u2066x\u{e0041}")).toBe(
    "a\tb\nc\nd\ufffd[31m\ufffd\ufffd\ufffdx\ufffd",
  );
  expect(visible("שלום 👩‍👩‍👧 e\u0301 東")).toBe("שלום 👩‍👩‍👧 e\u0301 東");
  fc.assert(
    fc.property(fc.string({ unit: "binary", maxLength: 100 }), (text) => {
      expect(visible(text)).not.toMatch(/[^\P{Cc}\n\t]|[\u200e\u200f\u2028-\u202e\u2066-\u2069]/u);
    }),
  );
});

test("tables keep their width, also with wide characters, and never cut a character", () => {
  expect(cutToWidth("東京都庁", 5)).toBe("東京…");
  expect(cutToWidth("👩‍👩‍👧👩‍👩‍👧", 3)).toBe("👩‍👩‍👧…");
  const cell = fc
    .string({ unit: "grapheme", maxLength: 60 })
    .map((text) => visible(text).replace(/[\n\t]/g, " "));
  fc.assert(
    fc.property(fc.array(fc.tuple(cell, cell), { maxLength: 5 }), (rows) => {
      for (const line of table(["A", "B"], rows, 60).split("\n"))
        expect(stringWidth(line)).toBeLessThanOrEqual(60);
    }),
  );
});

test("a reference is read in any spelling", () => {
  for (const typed of ["K7Q2-9MPD", "k7q29mpd", "K7Q2 9mpd", " k7-q2-9mpd"])
    expect(storyNameOf(typed)).toEqual({ reference: "K7Q2-9MPD" });
  expect(storyNameOf("OIL0-0000")).toEqual({ reference: "0110-0000" });
  expect(storyNameOf("0".repeat(32))).toEqual({ id: "0".repeat(32) });
  for (const typed of ["", "K7Q2", "K7Q2-9MPU", "K7Q2-9MPD1", "reference/K7Q2-9MPD"])
    expect(storyNameOf(typed)).toBeUndefined();
});
