// Buttons that copy a text.

const thanksMs = 2000;

/** A button that copies what `text` answers. Its words say for a moment that it did, or how else to copy. */
export function copyButton(words: string, text: () => string): HTMLButtonElement {
  const button = document.createElement("button");
  button.type = "button";
  button.textContent = words;
  copies(button, text);
  return button;
}

/** Makes a button of the page copy. Its words are in a `span` when it has an icon, too. */
export function copies(button: HTMLButtonElement, text: () => string): void {
  const place = button.querySelector("span") ?? button;
  const words = place.textContent;
  let timer: number | undefined;
  button.setAttribute("aria-live", "polite");
  button.addEventListener("click", () => {
    const said = navigator.clipboard.writeText(text()).then(
      () => "Copied",
      () => "Select and copy it",
    );
    void said.then((done) => {
      clearTimeout(timer);
      place.textContent = done;
      timer = setTimeout(() => {
        place.textContent = words;
      }, thanksMs);
    });
  });
}
