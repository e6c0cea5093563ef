// Takes files: dropped anywhere on the page, pasted, or chosen.
import { type Collection, fromDrop, fromField } from "./collect.ts";

/** What a person does with files: sends them, or sends them and wants a link to each. */
export type Taken = Collection & { link: boolean };

/** Calls `take` with what a person drops, pastes or chooses. */
export function acceptFiles(area: HTMLElement, take: (taken: Taken) => void): void {
  acceptDrops(area, take);
  for (const field of area.querySelectorAll<HTMLInputElement>('input[type="file"]'))
    field.addEventListener("change", () => {
      const link = field.matches("[data-link-files]");
      if (field.files !== null) take({ ...fromField(field.files), link });
      field.value = "";
    });
  document.addEventListener("paste", ({ clipboardData, target }) => {
    const typing = target instanceof HTMLInputElement || target instanceof HTMLTextAreaElement;
    if (clipboardData?.files.length && !typing)
      void fromDrop(clipboardData).then((found) => take({ ...found, link: false }));
  });
}

/** The whole page takes drops: beside the places the browser would leave the page and show the file. */
function acceptDrops(area: HTMLElement, take: (taken: Taken) => void): void {
  const usual = area.querySelector<HTMLElement>("[data-drop]") ?? area;
  const withLink = area.querySelector<HTMLElement>("[data-drop-link]");
  const wantsLink = ({ target }: Event) => target instanceof Node && withLink?.contains(target) === true;
  const mark = (place: HTMLElement | null) => {
    for (const each of [usual, withLink]) each?.classList.toggle("over", each === place);
  };
  const over = (event: DragEvent) => {
    if (!event.dataTransfer?.types.includes("Files")) return;
    event.preventDefault();
    mark(wantsLink(event) ? withLink : usual);
  };
  addEventListener("dragenter", over);
  addEventListener("dragover", over);
  addEventListener("dragleave", (event) => {
    if (event.relatedTarget === null) mark(null);
  });
  addEventListener("drop", (event) => {
    mark(null);
    if (!event.dataTransfer?.types.includes("Files")) return;
    event.preventDefault();
    const link = wantsLink(event);
    void fromDrop(event.dataTransfer).then((found) => take({ ...found, link }));
  });
}
