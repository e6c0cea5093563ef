// A soak's memory over time as an SVG chart.
import { megabytes } from "../measure/statistics.ts";
import type { Role, Sample, Usage } from "./samples.ts";

type Line = { label: string; colour: string; role: Role; of: (held: Usage) => number | null };

const lines: readonly Line[] = [
  { label: "worker, resident", colour: "#0b6e4f", role: "worker", of: ({ rssBytes }) => rssBytes },
  { label: "worker, heap", colour: "#7bc8a4", role: "worker", of: ({ heapBytes }) => heapBytes },
  { label: "local cloud, resident", colour: "#1d4e89", role: "cloud", of: ({ rssBytes }) => rssBytes },
  { label: "local cloud, heap", colour: "#7fb2e5", role: "cloud", of: ({ heapBytes }) => heapBytes },
  { label: "DynamoDB, resident", colour: "#b8570b", role: "dynamodb", of: ({ rssBytes }) => rssBytes },
];

const [width, height, left, top, right, bottom] = [900, 420, 60, 20, 180, 40];

/** The chart. Windows without a value leave a gap. */
export function memoryChart(windows: readonly Sample[], warmUp: number): string {
  const last = windows.at(-1)?.minute ?? 1;
  const values = windows.flatMap(({ roles }) =>
    lines.flatMap(({ role, of }) => (roles[role] === undefined ? [] : [of(roles[role]) ?? 0])),
  );
  const topMegabytes = Math.max(100, Math.ceil(megabytes(Math.max(0, ...values)) / 100) * 100);
  const x = (minute: number) => left + (minute / last) * (width - left - right);
  const y = (value: number) => height - bottom - (value / topMegabytes) * (height - top - bottom);
  const grid = Array.from({ length: topMegabytes / 100 + 1 }, (_, index) => index * 100).map(
    (value) =>
      `<line x1="${left}" y1="${y(value)}" x2="${width - right}" y2="${y(value)}" stroke="#ddd"/>` +
      `<text x="${left - 8}" y="${y(value) + 4}" text-anchor="end">${value}</text>`,
  );
  const paths = lines.map((line, index) => {
    const points = windows.flatMap(({ minute, roles }) => {
      const held = roles[line.role];
      const bytes = held === undefined ? null : line.of(held);
      return bytes === null ? [] : [`${x(minute).toFixed(1)},${y(megabytes(bytes)).toFixed(1)}`];
    });
    return (
      `<polyline fill="none" stroke="${line.colour}" stroke-width="2" points="${points.join(" ")}"/>` +
      `<text x="${width - right + 12}" y="${top + 16 + index * 20}" fill="${line.colour}">${line.label}</text>`
    );
  });
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" font-family="sans-serif" font-size="13">
<rect width="100%" height="100%" fill="white"/>
<rect x="${left}" y="${top}" width="${x(warmUp) - left}" height="${height - top - bottom}" fill="#f4f4f4"/>
${grid.join("\n")}
${paths.join("\n")}
<text x="${left}" y="${height - 12}">MB over minutes 0 to ${last.toFixed(0)}; grey: warm-up</text>
</svg>
`;
}
