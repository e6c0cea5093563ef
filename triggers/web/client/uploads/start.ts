// Brings an upload area to life.

import type { Collected, Collection } from "./collect.ts";
import { acceptFiles } from "./drop-area.ts";
import { UploadList } from "./list.ts";
import { UploadQueue } from "./queue.ts";
import type { Carrier, Upload } from "./upload.ts";

/** The area of the page, if it has one. */
export const uploadArea = () => document.getElementById("uploads");

export type Started = {
  queue: UploadQueue;
  /** The handles by which files can be read again, by the files. */
  handles: WeakMap<File, FileSystemFileHandle>;
};

/**
 * Starts it.
 * @param reopen goes on with an upload from before a reload
 */
export function startUploads(
  area: HTMLElement,
  carrier: Carrier,
  reopen: (upload: Upload) => void = () => {},
): Started {
  const handles = new WeakMap<File, FileSystemFileHandle>();
  const queue: UploadQueue = new UploadQueue(carrier, () => list.show(queue));
  const list = new UploadList(area, {
    retry: (upload) => queue.retry(upload),
    remove: (upload) => queue.remove(upload),
    reopen,
  });
  const add = ({ file, folder, handle }: Collected) => {
    if (handle !== undefined) handles.set(file, handle);
    const lost = queue.lost(file, folder);
    if (lost === undefined) void queue.add(file, folder);
    else queue.resume(lost, file);
  };
  acceptFiles(area, ({ files, junk }: Collection) => {
    if (junk > 0) list.tellJunk(junk);
    for (const each of files) add(each);
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
  return { queue, handles };
}
