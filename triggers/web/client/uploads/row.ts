// The row of one upload: name, progress, what became of it, and what a person can do about it.

import { sizeText } from "../../store/words.ts";
import { copyButton } from "../page/clipboard.ts";
import { flowText, Speed } from "./speed.ts";
import type { Upload } from "./upload.ts";

/** What a person may do with an upload. */
export type RowActions = {
  retry: (upload: Upload) => void;
  remove: (upload: Upload) => void;
  /** Goes on with a lost upload, if the browser can read its file. */
  reopen: (upload: Upload) => void;
};

/** A row in the list. */
export type Row = { element: HTMLLIElement; show: (upload: Upload) => void };

/** Creates the row. */
export function createRow(upload: Upload, actions: RowActions): Row {
  const element = document.createElement("li");
  const name = make("bdi", "upload-name");
  name.textContent = upload.folder === "" ? upload.name : `${upload.folder}/${upload.name}`;
  const progress = make("progress");
  progress.max = Math.max(1, upload.bytes);
  progress.setAttribute("aria-label", upload.name);
  const text = make("span", "upload-text");
  const retry = button("Try again", upload, () => actions.retry(upload));
  const reopen = button("Choose it", upload, () => actions.reopen(upload));
  const remove = button("Remove", upload, () => actions.remove(upload));
  const buttons = make("span", "actions");
  buttons.append(retry, reopen, remove);
  const link = linkOf(upload);
  element.append(name, progress, text, buttons, link.element);
  const speed = new Speed();
  return {
    element,
    show: (upload) => {
      const { state, sent, bytes } = upload;
      element.dataset.state = state;
      if (state === "sending") speed.add(Date.now(), sent);
      else speed.reset();
      progress.hidden = !["waiting", "sending", "paused", "lost", "failed"].includes(state);
      progress.value = sent;
      setText(text, textOf(upload, flowText(speed.bytesPerSecond(), bytes - sent)));
      retry.hidden = state !== "failed";
      reopen.hidden = state !== "lost";
      remove.hidden = state === "processing";
      link.show(hasLink(upload) ? upload.link : undefined);
      setText(remove, ["done", "refused"].includes(state) ? "Clear" : "Cancel");
    },
  };
}

function textOf({ state, sent, bytes, text }: Upload, flow: string): string {
  switch (state) {
    case "checking":
      return sizeText(bytes);
    case "waiting":
      return `${sizeText(bytes)}, waits for its turn`;
    case "sending":
      return `${sizeText(sent)} of ${sizeText(bytes)}${flow === "" ? "" : `, ${flow}`}`;
    case "paused":
      return `${sizeText(sent)} of ${sizeText(bytes)}, paused`;
    case "processing":
      return "Sent. It is being stored…";
    case "done":
      return `${text === "" ? "Ready" : text}, ${sizeText(bytes)}`;
    case "failed":
      return `Failed: ${text}`;
    case "refused":
      return `Not taken: ${text}`;
    case "lost":
      return `${sizeText(sent)} of ${sizeText(bytes)} are there. Choose the same file to go on.`;
  }
}

/** Whether a link can be given to somebody: it works as soon as the file is stored. */
export const hasLink = ({ link, state }: Upload): boolean =>
  link !== undefined && !["refused", "failed", "lost"].includes(state);

/** The place of an upload's link: a field to read it from and a button that copies it. */
function linkOf({ name }: Upload): { element: HTMLElement; show: (link: string | undefined) => void } {
  const element = make("span", "upload-link");
  element.hidden = true;
  const address = make("input", "code");
  address.readOnly = true;
  address.setAttribute("aria-label", `Link to ${name}`);
  element.append(
    address,
    copyButton("Copy the link", () => address.value),
  );
  return {
    element,
    show: (link) => {
      element.hidden = link === undefined;
      if (link !== undefined && address.value !== link) address.value = link;
    },
  };
}

function make<Name extends keyof HTMLElementTagNameMap>(
  name: Name,
  className = "",
): HTMLElementTagNameMap[Name] {
  const element = document.createElement(name);
  if (className !== "") element.className = className;
  return element;
}

function button(text: string, { name }: Upload, act: () => void): HTMLButtonElement {
  const element = make("button");
  element.type = "button";
  element.textContent = text;
  element.setAttribute("aria-description", name);
  element.addEventListener("click", act);
  return element;
}

function setText(element: HTMLElement, text: string): void {
  if (element.textContent !== text) element.textContent = text;
}
