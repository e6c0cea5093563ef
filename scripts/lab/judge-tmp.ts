import { copyFile, mkdir, open, readdir, rm } from "node:fs/promises";
import { join } from "node:path";
import { ownEnvelope } from "./mail-corpus/answers.ts";
import { runTask } from "../../worker/jobs/mail/parse-mail/child/decode.ts";
import { judge } from "../../worker/jobs/mail/answers/judge.ts";
const settings = { address: "submissions@magazine.example", aliases: [], editor: "editor@magazine.example", answer: "any" } as const;
const totals: Record<string, Record<string, number>> = {};
const files = (await readdir(process.argv[2] ?? "", { recursive: true, withFileTypes: true })).filter((e) => e.isFile() && /\.(eml|txt)$/.test(e.name)).map((e) => join(e.parentPath, e.name)).sort();
const most = Number(process.argv[3] ?? 100000);
const out: string[] = [];
for (const file of files.slice(0, most)) {
  await rm("/tmp/fr/jd", { recursive: true, force: true }); await mkdir("/tmp/fr/jd"); process.chdir("/tmp/fr/jd");
  await copyFile(file, "source");
  const a = await runTask({ file: "source", ours: [] });
  if (a.outcome === "refused") { totals.refused = { [a.code]: (totals.refused?.[a.code] ?? 0) + 1 }; continue; }
  await using h = await open("source"); const { buffer, bytesRead } = await h.read(Buffer.alloc(262144), 0, 262144, 0);
  const env = ownEnvelope(buffer.subarray(0, bytesRead)).from;
  for (const [way, source] of [["own", env], ["from", a.facts.from?.address ?? ""]] as const) {
    const j = judge({ facts: a.facts, receipt: { source } as never, settings });
    (totals[way] ??= {})[j.sender] = (totals[way]?.[j.sender] ?? 0) + 1;
    if (j.sender !== (process.argv[4] ?? "machine") || (j.sender === "machine" && j.signs.length < 2)) out.push(`${way} ${j.sender} ${j.signs.join(",")} ${file.split("/").at(-1)}`);
  }
}
console.log(files.length, JSON.stringify(totals));
if (process.argv[5]) for (const l of out) console.log(l);
