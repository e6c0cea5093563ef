// A series as a line of a word's height. The number beside it says how it ends, so it is hidden from screen readers.
import { type Html, html, nothing } from "../../../triggers/web/ui/html.ts";
import type { Series } from "./history.ts";

const size = { width: 96, height: 20 } as const;

/** The line; nothing where the series has no value. */
export function sparkline(series: Series | undefined): Html {
  const known = (series ?? []).filter((value) => value !== null);
  if (series === undefined || known.length === 0) return nothing;
  const most = Math.max(1, ...known);
  const step = size.width / Math.max(1, series.length - 1);
  const points = series.flatMap((value, index) =>
    value === null
      ? []
      : [`${(index * step).toFixed(1)},${(size.height - 2 - (value / most) * (size.height - 4)).toFixed(1)}`],
  );
  return html`<svg class="sparkline" aria-hidden="true" width="${size.width}" height="${size.height}" viewBox="0 0 ${size.width} ${size.height}">
    <polyline points="${points.join(" ")}" />
  </svg>`;
}
