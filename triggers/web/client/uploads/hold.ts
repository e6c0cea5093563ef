// Holds uploads while a field of the area is wrong, for example a password. They go on by themselves when it is right.
import type { UploadQueue } from "./queue.ts";

/** What holds the uploads of an area. */
export type Hold = {
  /** Pauses everything if a field is wrong, and leads the person there. */
  check: () => void;
  /** Says that a field is wrong, and pauses everything until the person has changed it. */
  refuse: (name: string, problem: string) => void;
};

/** Watches the fields of an area. */
export function holdWhileWrong(area: HTMLElement, queue: UploadQueue): Hold {
  let held = false;
  const fields = () => [...area.querySelectorAll<HTMLInputElement>('input[name]:not([type="file"])')];
  const check = () => {
    const wrong = fields().find(({ validity }) => !validity.valid);
    if (wrong === undefined) return;
    held = true;
    queue.setPaused(true);
    tellProblem(wrong);
  };
  area.addEventListener("input", ({ target }) => {
    if (target instanceof HTMLInputElement) clearProblem(target);
  });
  area.addEventListener("change", () => {
    if (!held || fields().some(({ validity }) => !validity.valid)) return;
    held = false;
    queue.setPaused(false);
  });
  return {
    check,
    refuse: (name, problem) => {
      fields()
        .find((field) => field.name === name)
        ?.setCustomValidity(problem);
      check();
    },
  };
}

/** Puts the problem beside the field, where it stays, and the focus into it. */
function tellProblem(field: HTMLInputElement): void {
  clearLine(field);
  const line = document.createElement("span");
  line.className = "error";
  line.id = `${field.id}-error`;
  line.setAttribute("role", "alert");
  line.textContent = field.validity.valueMissing
    ? "Needed before anything is sent."
    : field.validationMessage;
  field.after(line);
  field.setAttribute("aria-invalid", "true");
  field.setAttribute("aria-errormessage", line.id);
  field.focus();
}

function clearProblem(field: HTMLInputElement): void {
  field.setCustomValidity("");
  field.removeAttribute("aria-invalid");
  clearLine(field);
}

const clearLine = ({ id }: HTMLInputElement) => document.getElementById(`${id}-error`)?.remove();
