// A chart of ratios: how many times of each other one's figure ours is, on a logarithmic scale around 1.
import type { Row } from "./suite.ts";

/** Rows that can be drawn: ours, with what they are compared with. */
type Bar = { label: string; ratio: number };

const [width, left, right, barHeight, top] = [900, 430, 60, 22, 40];

const escaped = (text: string) => text.replace(/[&<>"]/g, (character) => `&#${character.charCodeAt(0)};`);

/** The chart as SVG; undefined where nothing is compared. */
export function ratioChart(rows: readonly Row[]): string | undefined {
  const ours = rows.filter((row) => row.ours === true);
  const bars = ours.flatMap(({ name, ratioTo }): Bar[] =>
    Object.entries(ratioTo)
      .filter(([, ratio]) => ratio > 0 && Number.isFinite(ratio))
      .map(([peer, ratio]) => ({ label: `${groupOf(name)}: ${peer}`, ratio })),
  );
  if (bars.length === 0) return undefined;
  const unit = ours[0]?.unit ?? "";
  const most = Math.max(2, ...bars.map(({ ratio }) => Math.max(ratio, 1 / ratio)));
  const middle = left + (width - left - right) / 2;
  const x = (ratio: number) => middle + (Math.log(ratio) / Math.log(most)) * ((width - left - right) / 2);
  const height = top + bars.length * barHeight + 20;
  const drawn = bars.map(({ label, ratio }, index) => {
    const y = top + index * barHeight;
    const [from, to] = [Math.min(middle, x(ratio)), Math.max(middle, x(ratio))];
    const end = ratio >= 1 ? `x="${to + 4}"` : `x="${from - 4}" text-anchor="end"`;
    return (
      `<text x="8" y="${y + 14}">${escaped(label)}</text>` +
      `<rect x="${from.toFixed(1)}" y="${y + 3}" width="${Math.max(1, to - from).toFixed(1)}" height="14" fill="#1d4e89"/>` +
      `<text ${end} y="${y + 14}">${ratio}</text>`
    );
  });
  const title = `${escaped(unit)}: ours as a multiple of theirs (${isLess(unit) ? "less is better" : "more is better"})`;
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" font-family="sans-serif" font-size="12">
<title>${title}</title>
<rect width="100%" height="100%" fill="white"/>
<text x="8" y="20" font-weight="bold">${title}</text>
<line x1="${middle}" y1="${top - 8}" x2="${middle}" y2="${height - 12}" stroke="#888"/>
${drawn.join("\n")}
</svg>
`;
}

/** The part of a row's name that says what was done: between the suite and the contender, where it has three parts. */
function groupOf(name: string): string {
  const parts = name.split("/");
  return parts.length > 2 ? parts.slice(1, -1).join("/") : name;
}

/** Times and CPU are better when they are less; what is done in a second when it is more. */
const isLess = (unit: string): boolean => /(^|\s)ms\b/.test(unit);
