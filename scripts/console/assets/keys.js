// The keys of every page: `/` search, `j` and `k` along the lines of a list, `n` its next page, digits the pages of the
// header, `?` the list of keys. Nothing happens while a person types.

const dialog = document.getElementById("keys");
const opener = document.getElementById("show-keys");
opener.hidden = false;
opener.addEventListener("click", () => dialog.showModal());

const lines = () => [...document.querySelectorAll("[data-lines] tbody th a")];

function step(by) {
  const all = lines();
  if (all.length === 0) return;
  const at = all.indexOf(document.activeElement);
  const next = at < 0 ? (by > 0 ? 0 : all.length - 1) : Math.min(all.length - 1, Math.max(0, at + by));
  all[next].focus();
  all[next].scrollIntoView({ block: "nearest" });
}

const actions = {
  "?": () => dialog.showModal(),
  "/": () => (document.getElementById("search") ?? { focus: () => location.assign("/jobs#search") }).focus(),
  j: () => step(1),
  k: () => step(-1),
  n: () => document.querySelector('a[rel="next"]')?.click(),
};

const isTyping = (element) => element.closest("input, select, textarea, [contenteditable]") !== null;

addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || isTyping(event.target) || dialog.open) return;
  const digit = Number(event.key);
  const page = digit > 0 ? document.querySelectorAll(".pages a")[digit - 1] : undefined;
  const act = page === undefined ? actions[event.key] : () => page.click();
  if (act === undefined) return;
  event.preventDefault();
  act();
});

if (location.hash === "#search") document.getElementById("search")?.focus();
