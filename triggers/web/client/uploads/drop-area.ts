// Takes files: dropped anywhere on the page, pasted, or chosen.
import { type Collection, fromDrop, fromField } from "./collect.ts";

/** Calls `take` with what a person drops, pastes or chooses. */
export function acceptFiles(area: HTMLElement, take: (found: Collection) => void): void {
  acceptDrops(area.querySelector<HTMLElement>("[data-drop]") ?? area, take);
  for (const field of area.querySelectorAll<HTMLInputElement>('input[type="file"]'))
    field.addEventListener("change", () => {
      if (field.files !== null) take(fromField(field.files));
      field.value = "";
    });
  document.addEventListener("paste", ({ clipboardData, target }) => {
    const typing = target instanceof HTMLInputElement || target instanceof HTMLTextAreaElement;
    if (clipboardData?.files.length && !typing) void fromDrop(clipboardData).then(take);
  });
}

/** The whole page takes drops: beside the area the browser would leave the page and show the file. */
function acceptDrops(area: HTMLElement, take: (found: Collection) => void): void {
  const over = (event: DragEvent) => {
    if (!event.dataTransfer?.types.includes("Files")) return;
    event.preventDefault();
    area.classList.add("over");
  };
  addEventListener("dragenter", over);
  addEventListener("dragover", over);
  addEventListener("dragleave", (event) => {
    if (event.relatedTarget === null) area.classList.remove("over");
  });
  addEventListener("drop", (event) => {
    area.classList.remove("over");
    if (!event.dataTransfer?.types.includes("Files")) return;
    event.preventDefault();
    void fromDrop(event.dataTransfer).then(take);
  });
}
