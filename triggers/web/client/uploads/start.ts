// Brings an upload area to life.
import type { Collection } from "./collect.ts";
import { acceptFiles } from "./drop-area.ts";
import { UploadList } from "./list.ts";
import { UploadQueue } from "./queue.ts";
import type { Carrier } from "./upload.ts";

/** The area of the page, if it has one. */
export const uploadArea = () => document.getElementById("uploads");

/** Starts it. */
export function startUploads(area: HTMLElement, carrier: Carrier): UploadQueue {
  const queue: UploadQueue = new UploadQueue(carrier, () => list.show(queue));
  const list = new UploadList(area, {
    retry: (upload) => queue.retry(upload),
    remove: (upload) => queue.remove(upload),
    reopen: () => area.querySelector<HTMLInputElement>("[data-files]")?.click(),
  });
  acceptFiles(area, ({ files, junk }: Collection) => {
    if (junk > 0) list.tellJunk(junk);
    for (const { file, folder } of files) {
      const lost = queue.lost(file, folder);
      if (lost === undefined) void queue.add(file, folder);
      else queue.resume(lost, file);
    }
  });
  const onClick = (name: string, act: () => void) =>
    area.querySelector(`[data-${name}]`)?.addEventListener("click", act);
  onClick("pause", () => queue.setPaused(!queue.paused));
  onClick("retry", () => queue.retry());
  onClick("clear", () => queue.clear());
  addEventListener("beforeunload", (event) => {
    if (queue.busy) event.preventDefault();
  });
  for (const change of ["online", "offline"]) addEventListener(change, () => list.show(queue));
  return queue;
}
