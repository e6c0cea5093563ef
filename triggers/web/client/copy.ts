// A page that shows an address once: the button beside it copies it. Without scripts there is no button.
import { copies } from "./page/clipboard.ts";

for (const button of document.querySelectorAll<HTMLButtonElement>("button[data-copy]")) {
  const field = document.getElementById(button.dataset.copy ?? "");
  if (!(field instanceof HTMLInputElement)) continue;
  button.hidden = false;
  copies(button, () => field.value);
}
