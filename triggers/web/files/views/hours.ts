// The choice of how long a file is kept.
import { countText } from "../../store/words.ts";
import { type Html, html, nothing } from "../../ui/html.ts";

const usual = [1, 6, 24, 72, 168, 336, 720, 2160, 8760];

const hoursText = (hours: number) =>
  hours >= 24 && hours % 24 === 0 ? countText(hours / 24, "day") : countText(hours, "hour");

/** The choices within the limit, the usual one chosen. */
export function hoursChoice(
  label: string,
  { fileHours, maxFileHours }: { fileHours: number; maxFileHours: number },
  chosen: number,
  id = "hours",
): Html {
  const options = [...new Set([...usual.filter((hours) => hours <= maxFileHours), fileHours, maxFileHours])];
  options.sort((a, b) => a - b);
  return html`<div class="field"><label for="${id}">${label}</label>
    <select id="${id}" name="hours">
      ${options.map((hours) => html`<option value="${hours}" ${hours === chosen ? html`selected` : nothing}>${hoursText(hours)}</option>`)}
    </select></div>`;
}
