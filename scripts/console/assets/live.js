// Renews the live parts of the page. Unchanged rows are not replaced, so that a link keeps its focus.

/**
 * Fetches the live parts from `from` every two seconds while the page is visible, and says so when they cannot be renewed.
 * A hidden page asks for nothing.
 */
export function keepLive({ from, everyMs = 2000, then = () => {} }) {
  const connection = document.getElementById("connection");
  const renew = async () => {
    if (document.hidden) return;
    try {
      const answer = await fetch(from);
      if (!answer.ok) throw new Error(`status ${answer.status}`);
      apply(await answer.text());
      connection.hidden = true;
      then();
    } catch {
      connection.textContent = "The fleet does not answer. These figures are old; still trying.";
      connection.hidden = false;
    }
  };
  const again = () => setTimeout(() => renew().then(again), everyMs);
  document.addEventListener("visibilitychange", renew);
  again();
}

/** The HTML comes from the console's own templates, which escape all data. */
function apply(text) {
  const template = document.createElement("template");
  template.innerHTML = text;
  for (const fresh of [...template.content.children]) {
    const shown = document.getElementById(fresh.id);
    if (shown === null || shown.outerHTML === fresh.outerHTML) continue;
    const [shownRows, freshRows] = [shown.querySelector("tbody"), fresh.querySelector("tbody")];
    if (shownRows === null || freshRows === null) shown.replaceWith(fresh);
    else applyRows(shownRows, freshRows);
  }
}

function applyRows(shown, fresh) {
  const wanted = new Map([...fresh.rows].map((row) => [row.id, row]));
  for (const row of [...shown.rows]) if (wanted.get(row.id)?.outerHTML !== row.outerHTML) row.remove();
  const kept = new Map([...shown.rows].map((row) => [row.id, row]));
  let place = shown.firstElementChild;
  for (const [id, row] of wanted) {
    const next = kept.get(id) ?? row;
    if (next === place) place = place.nextElementSibling;
    else shown.insertBefore(next, place);
  }
}
