// Lines at the top of the page, where the server's own notices are, and words for screen readers.

/** Says what happened. Bad news interrupts a screen reader. */
export function notify(tone: "good" | "bad", text: string): void {
  const line = document.createElement("p");
  line.className = `notice ${tone}`;
  line.setAttribute("role", tone === "bad" ? "alert" : "status");
  line.textContent = text;
  document.getElementById("notices")?.replaceChildren(line);
}
