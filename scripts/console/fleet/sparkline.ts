// A series as a line of a word's height. The number beside it says how it ends, so it is hidden from screen readers.
import { type Html, html, nothing } from "../../../triggers/web/ui/html.ts";
import type { Series } from "./history.ts";

const size = { width: 96, height: 20 } as const;

/** Points of a line; several values of a longer series share one, the greatest of them, but the last one is the last value. */
const mostPoints = 48;

/** The line; nothing where the series has no two values, or all are zero. */
export function sparkline(series: Series | undefined): Html {
  const known = (series ?? []).filter((value) => value !== null);
  if (series === undefined || known.length < 2 || known.every((value) => value === 0)) return nothing;
  const thinned = thin(series);
  const most = Math.max(1, ...known);
  const step = size.width / Math.max(1, thinned.length - 1);
  const points = thinned.flatMap((value, index) =>
    value === null
      ? []
      : [`${(index * step).toFixed(1)},${(size.height - 2 - (value / most) * (size.height - 4)).toFixed(1)}`],
  );
  return html`<svg class="sparkline" aria-hidden="true" width="${size.width}" height="${size.height}" viewBox="0 0 ${size.width} ${size.height}">
    <polyline points="${points.join(" ")}" />
  </svg>`;
}

function thin(series: Series): Series {
  const together = Math.ceil(series.length / mostPoints);
  const points = Array.from({ length: Math.ceil(series.length / together) }, (_, index) => {
    const values = series.slice(index * together, (index + 1) * together).filter((value) => value !== null);
    return values.length === 0 ? null : Math.max(...values);
  });
  // The line ends as the series does.
  const last = points.findLastIndex((value) => value !== null);
  return points.with(last, series.findLast((value) => value !== null) ?? null);
}
