// One picture, large: arrow keys lead to its neighbours, Esc back to the list.
const targets: Readonly<Record<string, string>> = {
  ArrowLeft: 'a[rel="prev"]',
  ArrowRight: 'a[rel="next"]',
  Escape: "a[data-escape]",
};

addEventListener("keydown", (event) => {
  const plain = !event.altKey && !event.ctrlKey && !event.metaKey && !event.shiftKey;
  const typing = event.target instanceof HTMLInputElement || event.target instanceof HTMLTextAreaElement;
  const target = targets[event.key];
  if (!plain || typing || target === undefined) return;
  const link = document.querySelector<HTMLAnchorElement>(target);
  if (link === null) return;
  event.preventDefault();
  link.click();
});
