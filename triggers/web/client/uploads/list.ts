// The list of uploads and the line about all of them together. Draws at most once a frame, and says to screen readers what a
// person would want to hear.

import { sizeText } from "../../store/words.ts";
import type { UploadQueue } from "./queue.ts";
import { createRow, hasLink, type Row, type RowActions } from "./row.ts";
import { flowText, Speed } from "./speed.ts";
import { isSettled, type Upload } from "./upload.ts";

/** Rows shown at the same time: a folder may have ten thousand files. What needs a person comes first. */
const shownRows = 200;

/** Between two announcements, so that they can be heard. */
const announceMs = 2000;

const order: readonly Upload["state"][] = [
  "failed",
  "refused",
  "lost",
  "sending",
  "paused",
  "processing",
  "checking",
  "waiting",
  "done",
];

/** The parts of the upload area. */
export class UploadList {
  readonly #area: HTMLElement;
  readonly #actions: RowActions;
  readonly #rows = new Map<number, Row>();
  readonly #speed = new Speed();
  #planned = false;
  #said = "";
  #saidAt = 0;

  constructor(area: HTMLElement, actions: RowActions) {
    this.#area = area;
    this.#actions = actions;
  }

  /** Draws soon. */
  show(queue: UploadQueue): void {
    if (this.#planned) return;
    this.#planned = true;
    const draw = () => {
      this.#planned = false;
      this.#draw(queue);
    };
    // Nothing is drawn in a hidden page, but its title and counts should be right when it is seen.
    if (document.hidden) setTimeout(draw, 500);
    else requestAnimationFrame(draw);
  }

  /** Tells how many files of a folder were left out. */
  tellJunk(count: number): void {
    const line = this.#part("junk");
    line.hidden = false;
    line.textContent = `${count} ${count === 1 ? "file" : "files"} that systems leave in folders ${count === 1 ? "was" : "were"} left out (.DS_Store, Thumbs.db and the like).`;
  }

  #draw(queue: UploadQueue): void {
    const sorted = [...queue.uploads].sort(
      (a, b) => order.indexOf(a.state) - order.indexOf(b.state) || a.key - b.key,
    );
    const shown = sorted.slice(0, shownRows).sort((a, b) => a.key - b.key);
    this.#drawRows(shown);
    this.#drawTotal(queue, sorted.length - shown.length);
    this.#announce(queue.uploads);
  }

  #drawRows(shown: readonly Upload[]): void {
    const list = this.#part("list");
    const wanted = new Set(shown.map(({ key }) => key));
    for (const [key, { element }] of this.#rows)
      if (!wanted.has(key)) {
        element.remove();
        this.#rows.delete(key);
      }
    let before: Element | null = list.firstElementChild;
    for (const upload of shown) {
      const row = this.#rows.get(upload.key) ?? createRow(upload, this.#actions);
      this.#rows.set(upload.key, row);
      row.show(upload);
      if (row.element === before) before = before.nextElementSibling;
      else list.insertBefore(row.element, before);
    }
  }

  #drawTotal(queue: UploadQueue, hidden: number): void {
    const { uploads, paused } = queue;
    this.#part("total").hidden = uploads.length === 0;
    const counted = uploads.filter(({ state }) => state !== "refused");
    const bytes = counted.reduce((sum, upload) => sum + upload.bytes, 0);
    const sent = counted.reduce((sum, upload) => sum + upload.sent, 0);
    const going = uploads.filter(({ state }) => state === "sending").length;
    if (going > 0) this.#speed.add(Date.now(), sent);
    else this.#speed.reset();
    const flow = flowText(this.#speed.bytesPerSecond(), bytes - sent);
    const parts = [
      `${counted.filter(({ state }) => state === "done").length} of ${counted.length} ready`,
      `${sizeText(sent)} of ${sizeText(bytes)} sent`,
      ...(flow === "" ? [] : [flow]),
      ...(paused && queue.busy ? ["paused"] : []),
      ...(navigator.onLine ? [] : ["waiting for the network"]),
      ...(hidden > 0 ? [`${hidden} more not shown`] : []),
    ];
    this.#part("total-text").textContent = parts.join(" · ");
    const progress = this.#area.querySelector<HTMLProgressElement>("[data-total] progress");
    if (progress !== null) progress.value = bytes === 0 ? 0 : sent / bytes;
    const pause = this.#part("pause");
    pause.hidden = !queue.busy;
    pause.textContent = paused ? "Go on" : "Pause";
    this.#part("retry").hidden = !uploads.some(({ state }) => state === "failed");
    this.#part("copy-links").hidden = uploads.filter(hasLink).length < 2;
    this.#part("clear").hidden = !uploads.some(({ state }) => state === "done" || state === "refused");
  }

  #announce(uploads: readonly Upload[]): void {
    const count = (state: Upload["state"]) => uploads.filter((upload) => upload.state === state).length;
    const [done, refused, failed] = [count("done"), count("refused"), count("failed")];
    const links = uploads.filter(hasLink).length;
    const open = uploads.filter((upload) => !isSettled(upload)).length;
    const text = [
      `${done} of ${uploads.length} ready`,
      ...(refused > 0 ? [`${refused} not taken`] : []),
      ...(failed > 0 ? [`${failed} failed`] : []),
      ...(links > 0 ? [`${links} ${links === 1 ? "link" : "links"} to copy`] : []),
    ].join(", ");
    const soon = open > 0 && Date.now() - this.#saidAt < announceMs;
    if (uploads.length === 0 || text === this.#said || soon) return;
    this.#said = text;
    this.#saidAt = Date.now();
    this.#part("announce").textContent = text;
  }

  #part(name: string): HTMLElement {
    const part = this.#area.querySelector<HTMLElement>(`[data-${name}]`);
    if (part === null) throw new Error(`the upload area has no ${name}`);
    return part;
  }
}
