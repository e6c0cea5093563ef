// Growth as a chart: one line for each dimension, both axes logarithmic.
import type { Grown } from "./slope.ts";

const [width, height, left, top, right, bottom] = [900, 460, 60, 20, 230, 40];
const colours = ["#0b6e4f", "#1d4e89", "#b8570b", "#7b2d8b", "#a61c3c", "#5c6b73", "#7a6a00", "#3d5a27"];

/** The chart as SVG. */
export function growthChart(grown: readonly Grown[]): string {
  const points = grown.flatMap((each) => each.points);
  const powers = (values: readonly number[]) => {
    const logs = values.map(Math.log10);
    return [Math.floor(Math.min(...logs)), Math.max(1, Math.ceil(Math.max(...logs)))] as const;
  };
  const sizes = powers(points.map(({ size }) => size));
  const costs = powers(points.map(({ cost }) => cost));
  const x = (log: number) => left + ((log - sizes[0]) / (sizes[1] - sizes[0])) * (width - left - right);
  const y = (log: number) =>
    height - bottom - ((log - costs[0]) / (costs[1] - costs[0])) * (height - top - bottom);
  const each = (range: readonly [number, number], draw: (power: number) => string) =>
    Array.from({ length: range[1] - range[0] + 1 }, (_, index) => draw(range[0] + index)).join("\n");
  const line = ({ name, points: of, slope }: Grown, index: number) => {
    const path = of
      .map(({ size, cost }) => `${x(Math.log10(size)).toFixed(1)},${y(Math.log10(cost)).toFixed(1)}`)
      .join(" ");
    const colour = colours[index % colours.length];
    return (
      `<polyline fill="none" stroke="${colour}" stroke-width="2" points="${path}"/>` +
      `<text x="${width - right + 12}" y="${top + 16 + index * 20}" fill="${colour}">${name}: slope ${slope}</text>`
    );
  };
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" font-family="sans-serif" font-size="12">
<title>CPU milliseconds of one unit of work over what grows</title>
<rect width="100%" height="100%" fill="white"/>
${each(sizes, (power) => `<text x="${x(power)}" y="${height - 22}" text-anchor="middle">1e${power}</text><line x1="${x(power)}" y1="${top}" x2="${x(power)}" y2="${height - bottom}" stroke="#eee"/>`)}
${each(costs, (power) => `<text x="${left - 8}" y="${y(power) + 4}" text-anchor="end">1e${power}</text><line x1="${left}" y1="${y(power)}" x2="${width - right}" y2="${y(power)}" stroke="#eee"/>`)}
${grown.map(line).join("\n")}
<text x="${left}" y="${height - 6}">CPU milliseconds of one unit of work over the size</text>
</svg>
`;
}
