// A button that ticks all boxes of its form, or, when all are ticked, none.

/** Brings such buttons to life, those that appear later too. */
export function startSelectAll(): void {
  document.addEventListener("click", ({ target }) => {
    const button = target instanceof Element && target.closest("[data-select-all]");
    if (!button) return;
    const boxes = [
      ...(button.closest("form")?.querySelectorAll<HTMLInputElement>("tbody [type=checkbox]") ?? []),
    ];
    const wanted = boxes.some(({ checked }) => !checked);
    for (const box of boxes) box.checked = wanted;
  });
}
