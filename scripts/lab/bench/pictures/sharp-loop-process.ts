// The peer: a bare sharp loop over files. Uses the same resize and the same encoders as the worker's decode task, as many
// pictures at once, one thread per picture, no cache. Has no sandbox, no limits, no check of what it wrote, no stores, no
// queue.
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import sharp, { type Sharp } from "sharp";
import { serveLoop } from "../jobs/loop.ts";

sharp.cache(false);
sharp.concurrency(1);
await serveLoop(async ({ folder }) => {
  const out = join(folder, "out");
  await mkdir(out, { recursive: true });
  return (name, index) => {
    const picture = sharp(join(folder, name)).autoOrient().resize({ width: 400, height: 400, fit: "inside" });
    return encoded(picture, name).toFile(join(out, String(index)));
  };
});

function encoded(picture: Sharp, name: string): Sharp {
  if (/\.(jpg|tif)$/.test(name)) return picture.jpeg({ quality: 82 });
  if (/\.(png|gif)$/.test(name)) return picture.png();
  return name.endsWith(".webp") ? picture.webp({ quality: 82, effort: 2 }) : picture.avif({ effort: 2 });
}
