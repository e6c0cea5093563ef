// The types of attachments, by their bytes.
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { buffer } from "node:stream/consumers";
import { afterAll, beforeAll, expect, test } from "vitest";
import { ZipFile } from "yazl";
import { partType } from "../../../../../../worker/jobs/mail/parse-mail/child/part-type.ts";

let folder = "";
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "part-type-"));
});
afterAll(() => rm(folder, { recursive: true }));

async function typeOf(bytes: Buffer, declared = "application/octet-stream"): Promise<string> {
  const file = join(folder, "part");
  await writeFile(file, bytes);
  return await partType({ file, first: bytes.subarray(0, 4096), declared });
}

async function zipOf(entries: Readonly<Record<string, string>>): Promise<Buffer> {
  const zip = new ZipFile();
  for (const [name, text] of Object.entries(entries))
    zip.addBuffer(Buffer.from(text), name, { compress: name !== "mimetype" });
  zip.end();
  return await buffer(zip.outputStream);
}

const office = "application/vnd.openxmlformats-officedocument";
const contentTypes = (main: string) => ({
  "[Content_Types].xml": `<Types><Override ContentType="${office}.${main}.main+xml" PartName="/x"/></Types>`,
});

test.each<[string, Record<string, string>, string]>([
  ["a Word document", contentTypes("wordprocessingml.document"), `${office}.wordprocessingml.document`],
  ["an Excel document", contentTypes("spreadsheetml.sheet"), `${office}.spreadsheetml.sheet`],
  [
    "a PowerPoint document",
    contentTypes("presentationml.presentation"),
    `${office}.presentationml.presentation`,
  ],
  [
    "an OpenDocument text",
    { mimetype: "application/vnd.oasis.opendocument.text" },
    "application/vnd.oasis.opendocument.text",
  ],
  ["an e-book", { mimetype: "application/epub+zip" }, "application/epub+zip"],
  ["a zip", { "story.txt": "Once." }, "application/zip"],
])("%s is told from a zip, whatever it is declared as", async (_, entries, type) => {
  const bytes = await zipOf({ ...entries, "word/document.xml": "<x/>" });
  for (const declared of ["application/octet-stream", "application/zip", "text/plain"])
    expect(await typeOf(bytes, declared)).toBe(type);
});

/** An OLE compound file with these names in its directory. */
function compound(...names: string[]): Buffer {
  const file = Buffer.alloc(512 * 3, 0xff);
  file.fill(0, 0, 0x4c);
  Buffer.from("d0cf11e0a1b11ae1", "hex").copy(file);
  file.writeUInt16LE(9, 0x1e);
  file.writeUInt32LE(1, 0x30);
  file.writeUInt32LE(0, 0x4c);
  file.writeUInt32LE(0xfffffffe, 512 + 4);
  file.fill(0, 1024);
  for (const [index, name] of names.entries()) {
    file.write(name, 1024 + index * 128, "utf16le");
    file.writeUInt16LE(name.length * 2 + 2, 1024 + index * 128 + 64);
  }
  return file;
}

test.each([
  ["WordDocument", "application/msword"],
  ["Workbook", "application/vnd.ms-excel"],
  ["PowerPoint Document", "application/vnd.ms-powerpoint"],
  ["__properties_version1.0", "application/vnd.ms-outlook"],
  ["something else", "application/x-cfb"],
])("a compound file with %j is %s", async (name, type) => {
  expect(await typeOf(compound("Root Entry", name))).toBe(type);
});

test("a compound file that does not tell keeps a fitting declaration, and a cut one is still one", async () => {
  expect(await typeOf(compound("Root Entry"), "application/msword")).toBe("application/msword");
  expect(await typeOf(compound("Root Entry"), "text/html")).toBe("application/x-cfb");
  expect(await typeOf(compound("Root Entry", "WordDocument").subarray(0, 600))).toBe("application/x-cfb");
});

/** The header of DOS, which says where that of Windows is. */
const windows = (signature: string) => {
  const file = Buffer.alloc(256);
  file.write("MZ");
  file.writeUInt32LE(128, 0x3c);
  file.write(signature, 128, "latin1");
  return file;
};

test("two letters do not make a program", async () => {
  const program = "application/x-msdownload";
  for (const signature of ["PE\0\0", "NE", "LE", ""])
    expect(await typeOf(windows(signature), "text/plain")).toBe(program);
  expect(await typeOf(Buffer.from("MZ is where this story begins, in the dunes."), "text/plain")).toBe(
    "text/plain",
  );
  expect(await typeOf(Buffer.from("MZ\r\nA story."), "text/markdown")).toBe("text/markdown");
  expect(await typeOf(Buffer.from(`MZ ${"words ".repeat(30)}`), program)).toBe("application/octet-stream");
});

test("what is declared as nothing is known by its bytes, and other declarations are believed", async () => {
  const heic = Buffer.from("00000018667479706865696300000000686569636d696631", "hex");
  expect(await typeOf(heic)).toBe("image/heic");
  expect(await typeOf(Buffer.from("Once."), "text/x-story")).toBe("text/x-story");
  expect(await typeOf(Buffer.from("Once."), "no type")).toBe("application/octet-stream");
});
