// Compares our reading of odd mails with that of Python's email package: the attachments have the same bytes, or this file
// lists the difference with its reason. Without python3, the committed answers are used.
import { createHash } from "node:crypto";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, expect, test } from "vitest";
import { NoPython, readWithPython } from "../../../../../../scripts/lab/mail-corpus/python.ts";
import type { Sandbox } from "../../../../../../worker/engine/sandbox/sandbox.ts";
import { createDecodeSandbox } from "../../../../../../worker/jobs/sandbox/decode-sandbox.ts";
import { oddMails } from "../../../../../support/mails/odd-mails.ts";
import { parsed } from "../../../../../support/mails/parse.ts";
import { silent } from "../../../../../support/sandbox.ts";

const committed = fileURLToPath(new URL("../../../../../support/mails/odd-mails.json", import.meta.url));

/** Checksums of the attachments, by the mail's name. `UPDATE_ODD_MAILS=1` writes them again. */
type Table = Record<string, string[]>;

let sandbox: Sandbox;
let theirs: Table;
beforeAll(async () => {
  sandbox = await createDecodeSandbox({ size: 1, log: silent, preload: ["parse-mail"] });
  const table = JSON.parse(readFileSync(committed, "utf8")) as Table;
  const asked = await pythonTable().catch((error: unknown) => {
    if (error instanceof NoPython) return undefined;
    throw error;
  });
  if (asked && process.env.UPDATE_ODD_MAILS) writeFileSync(committed, `${JSON.stringify(asked, null, 2)}\n`);
  else if (asked) expect(asked).toEqual(table);
  theirs = asked ?? table;
});
afterAll(() => sandbox.close());

async function pythonTable(): Promise<Table> {
  const folder = mkdtempSync(join(tmpdir(), "fleet-odd-"));
  try {
    const names = Object.keys(oddMails);
    const paths = names.map((name, index) => {
      const path = join(folder, String(index));
      writeFileSync(path, oddMails[name] ?? "");
      return path;
    });
    const read = await readWithPython(paths);
    return Object.fromEntries(
      names.map((name, index) => {
        const reading = read.get(paths[index] ?? "");
        if (reading === undefined || "error" in reading) throw new Error(`Python gives up on ${name}`);
        return [name, reading.attachments.map(({ sha256 }) => sha256)];
      }),
    );
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** The differences: how many attachments only we find, and how many only Python finds. */
const differ: Readonly<Record<string, { extra: number; missing: number; why: string }>> = {
  "an inner multipart with the outer one's delimiter": {
    extra: 1,
    missing: 1,
    why: "Python takes the first closing delimiter for the end of everything and counts an empty multipart",
  },
  "a multipart without parts": {
    extra: 1,
    missing: 1,
    why: "Python counts the line end before the delimiter to what stands in the multipart",
  },
  "fields without end": {
    extra: 0,
    missing: 1,
    why: "for Python a name of one quotation mark makes the body an attachment",
  },
};

test("the list of differences names only existing mails", () => {
  expect(Object.keys(oddMails)).toEqual(expect.arrayContaining(Object.keys(differ)));
});

test.each(Object.keys(oddMails))("%s: every attachment has the bytes that Python finds", async (name) => {
  const { attachments } = await parsed(sandbox, oddMails[name] ?? "");
  const ours = attachments.map(({ body }) => createHash("sha256").update(body).digest("hex"));
  const without = (all: readonly string[], taken: readonly string[]) => {
    const left = [...all];
    for (const each of taken) if (left.includes(each)) left.splice(left.indexOf(each), 1);
    return left.length;
  };
  const { extra = 0, missing = 0 } = differ[name] ?? {};
  const expected = theirs[name] ?? [];
  expect({ extra: without(ours, expected), missing: without(expected, ours) }).toEqual({ extra, missing });
});
