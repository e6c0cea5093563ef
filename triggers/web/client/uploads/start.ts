// Brings an upload area to life.
import { copies } from "../page/clipboard.ts";
import { acceptFiles, type Taken } from "./drop-area.ts";
import { type Hold, holdWhileWrong } from "./hold.ts";
import { UploadList } from "./list.ts";
import { UploadQueue } from "./queue.ts";
import { hasLink } from "./row.ts";
import type { Carrier, LinkWish } from "./upload.ts";

/** The area of the page, if it has one. */
export const uploadArea = () => document.getElementById("uploads");

/** A running area. */
export type Uploads = { queue: UploadQueue; hold: Hold };

/** Starts it. `linkWish` reads what a link allows whose file is taken now. */
export function startUploads(
  area: HTMLElement,
  carrier: Carrier,
  linkWish: () => LinkWish = () => ({}),
): Uploads {
  const queue: UploadQueue = new UploadQueue(carrier, () => list.show(queue));
  const hold = holdWhileWrong(area, queue);
  const list = new UploadList(area, {
    retry: (upload) => queue.retry(upload),
    remove: (upload) => queue.remove(upload),
    reopen: () => area.querySelector<HTMLInputElement>("[data-files]")?.click(),
  });
  acceptFiles(area, ({ files, junk, link }: Taken) => {
    if (junk > 0) list.tellJunk(junk);
    hold.check();
    for (const { file, folder } of files) {
      const lost = queue.lost(file, folder);
      if (lost === undefined) void queue.add(file, folder, link ? linkWish() : undefined);
      else queue.resume(lost, file);
    }
  });
  onClicks(area, queue);
  addEventListener("beforeunload", (event) => {
    if (queue.busy) event.preventDefault();
  });
  for (const change of ["online", "offline"]) addEventListener(change, () => list.show(queue));
  return { queue, hold };
}

/** The buttons for all uploads together. */
function onClicks(area: HTMLElement, queue: UploadQueue): void {
  const button = (name: string) => area.querySelector<HTMLButtonElement>(`[data-${name}]`);
  button("pause")?.addEventListener("click", () => queue.setPaused(!queue.paused));
  button("retry")?.addEventListener("click", () => queue.retry());
  button("clear")?.addEventListener("click", () => queue.clear());
  const copyLinks = button("copy-links");
  const links = () => queue.uploads.filter(hasLink).map(({ link }) => link);
  if (copyLinks !== null) copies(copyLinks, () => links().join("\n"));
}
