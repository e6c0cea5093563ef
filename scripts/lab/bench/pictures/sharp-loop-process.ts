// The peer: a bare sharp loop over files. Uses the same resize and the same encoders as the worker's decode task, as many
// pictures at once, one thread per picture, no cache. Has no sandbox, no limits, no check of what it wrote, no stores, no
// queue.
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import sharp, { type Sharp } from "sharp";
import { z } from "zod";
import { handleOrders, sendToParent } from "../child.ts";

const plan = z
  .object({
    folder: z.string(),
    /** File names, one per picture to resize; names repeat. */
    names: z.array(z.string()),
    warm: z.number(),
    atOnce: z.number(),
  })
  .parse(JSON.parse(process.argv[2] ?? ""));

sharp.cache(false);
sharp.concurrency(1);
handleOrders({ start: loop });
sendToParent({ is: "ready" });

async function loop(): Promise<void> {
  const out = join(plan.folder, "out");
  await mkdir(out, { recursive: true });
  let next = 0;
  let done = 0;
  let begun = { at: performance.now(), cpu: process.cpuUsage() };
  const work = async () => {
    for (let index = next++; index < plan.names.length; index = next++) {
      await resize(plan.names[index] ?? "", join(out, String(index)));
      done += 1;
      if (done === plan.warm) begun = { at: performance.now(), cpu: process.cpuUsage() };
    }
  };
  await Promise.all(Array.from({ length: plan.atOnce }, work));
  const { user, system } = process.cpuUsage(begun.cpu);
  const measured = { ms: performance.now() - begun.at, pictures: done - plan.warm };
  sendToParent({ is: "done", ...measured, cpuMs: (user + system) / 1000 });
}

async function resize(name: string, to: string): Promise<void> {
  const picture = sharp(join(plan.folder, name))
    .autoOrient()
    .resize({ width: 400, height: 400, fit: "inside" });
  await encoded(picture, name).toFile(to);
}

function encoded(picture: Sharp, name: string): Sharp {
  if (/\.(jpg|tif)$/.test(name)) return picture.jpeg({ quality: 82 });
  if (/\.(png|gif)$/.test(name)) return picture.png();
  return name.endsWith(".webp") ? picture.webp({ quality: 82, effort: 2 }) : picture.avif({ effort: 2 });
}
