// The inputs of a mixed load as files: the benchmark's pictures, truncated ones, mails of several sizes and shapes, and other
// files.
import { randomBytes } from "node:crypto";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { makePictures } from "../bench/pictures/bank.ts";

/** Paths of the files, by kind. */
export type InputFiles = {
  pictures: string[];
  mails: string[];
  /** Neither pictures nor mails. */
  others: string[];
  /** Truncated pictures and a mail with too long a header, which the fleet rejects. */
  rejected: { pictures: string[]; mails: string[] };
};

/** Writes the files below `folder`. */
export async function writeInputs(folder: string): Promise<InputFiles> {
  const names = await makePictures(folder);
  const pictures = names.map((name) => join(folder, name));
  const rejected: InputFiles["rejected"] = { pictures: [], mails: [] };
  for (const name of ["page.jpg", "screen.png"]) {
    const whole = await readFile(join(folder, name));
    const path = join(folder, `cut-off-${name}`);
    await writeFile(path, whole.subarray(0, whole.length / 2));
    rejected.pictures.push(path);
  }
  const mails: string[] = [];
  for (const [name, text] of mailTexts()) {
    const path = join(folder, name);
    await writeFile(path, text);
    (name === longHeader ? rejected.mails : mails).push(path);
  }
  const others: string[] = [];
  for (const [name, bytes] of otherFiles()) {
    const path = join(folder, name);
    await writeFile(path, bytes);
    others.push(path);
  }
  return { pictures, mails, others, rejected };
}

/** Of a few bytes, of some pages, and of more than one read's length. */
function otherFiles(): [name: string, bytes: string | Buffer][] {
  return [
    ["note.txt", "Bring the lantern.\n"],
    ["table.csv", Array.from({ length: 2000 }, (_, row) => `${row},${row * row}\n`).join("")],
    ["paper.pdf", `%PDF-1.7\n${"% nothing\n".repeat(4000)}%%EOF\n`],
    ["records.bin", randomBytes(2 * 1024 * 1024)],
  ];
}

const longHeader = "header.eml";

function mailTexts(): [name: string, text: string][] {
  const kilobytes = 1024;
  return [
    ["plain.eml", mail("plain", [])],
    ["story.eml", mail("with a story", [40 * kilobytes])],
    ["pictures.eml", mail("with pictures", [300 * kilobytes, 500 * kilobytes, 200 * kilobytes])],
    ["large.eml", mail("large", [3000 * kilobytes])],
    [
      "many.eml",
      mail(
        "many parts",
        Array.from({ length: 60 }, () => 2 * kilobytes),
      ),
    ],
    [longHeader, mail("long ".repeat(20_000), [])],
  ];
}

/** A mail with attachments of these sizes, in bytes. */
function mail(subject: string, sizes: readonly number[]): string {
  const parts = sizes.flatMap((bytes, index) => [
    "--edge",
    "Content-Type: application/octet-stream",
    "Content-Transfer-Encoding: base64",
    `Content-Disposition: attachment; filename="part-${index}.bin"`,
    "",
    randomBytes(bytes).toString("base64").replace(/.{76}/g, "$&\r\n"),
  ]);
  return [
    "From: Ann Author <ann@example.org>",
    "To: submissions@magazine.example",
    "Date: Mon, 02 Nov 2026 10:00:00 +0000",
    `Subject: ${subject}`,
    "MIME-Version: 1.0",
    'Content-Type: multipart/mixed; boundary="edge"',
    "",
    "--edge",
    "Content-Type: text/html; charset=utf-8",
    "",
    `<p>Please read my story.</p>${"<p>Once upon a time.</p>".repeat(200)}`,
    ...parts,
    "--edge--",
    "",
  ].join("\r\n");
}
