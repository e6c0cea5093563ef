// Plots of a simulation as SVG: each policy's instances and backlog over time, and the front of cost and wait.
import * as Plot from "@observablehq/plot";
import { parseHTML } from "linkedom";
import type { Advice } from "../advise.ts";
import { type Comparison, outcomesOf } from "../compare.ts";
import type { Outcome } from "../model/record.ts";

/** Points of a line; more would only make the file larger. */
const points = 200;

const rowHeight = 92;
const panelWidth = 460;

type Point = { policy: string; hours: number; backlog: number; inService: number; wanted: number };

/** Instances in service and wanted on the left, the backlog on the right, one row a policy. */
export function comparisonSvg(comparison: Comparison): string {
  const outcomes = outcomesOf(comparison);
  const data = outcomes.flatMap(pointsOf);
  const rows = outcomes.map(({ name }) => name);
  const shared = {
    height: 60 + rowHeight * rows.length,
    width: panelWidth,
    marginLeft: 52,
    marginRight: 110,
  };
  const facets = { fy: { domain: rows, label: null }, x: { label: "hours" } };
  const instances = plot({
    ...shared,
    ...facets,
    y: { label: "instances in service (area), wanted (line)", grid: true, ticks: 3 },
    marks: [
      Plot.areaY(data, { x: "hours", y: "inService", fy: "policy", fill: "#9ecae1", curve: "step-after" }),
      Plot.lineY(data, { x: "hours", y: "wanted", fy: "policy", stroke: "#08519c", curve: "step-after" }),
    ],
  });
  const backlog = plot({
    ...shared,
    ...facets,
    y: { label: "jobs not done", grid: true, ticks: 3 },
    marks: [Plot.areaY(data, { x: "hours", y: "backlog", fy: "policy", fill: "#fdae6b" })],
  });
  return document(`${comparison.trace.name}: ${comparison.trace.about}`, [instances, backlog], shared.height);
}

const colours: Readonly<Record<string, string>> = {
  ours: "#08519c",
  "ours-10s": "#6baed6",
  clairvoyant: "#31a354",
};

function labelPlace(name: string) {
  if (name === "ours") return { dy: -13, fill: colours.ours, fontWeight: "bold" } as const;
  if (name === "ours-10s") return { dx: -8, textAnchor: "end", fill: colours["ours-10s"] } as const;
  return name === "clairvoyant" ? ({ dy: 15 } as const) : ({ dx: 9, textAnchor: "start" } as const);
}

/** Cost beside the 95th percentile of waits, one point a policy. */
export function frontSvg(comparison: Comparison): string {
  const data = outcomesOf(comparison)
    .toReversed()
    .map(({ name, cost, waits }) => ({ name, cost, wait: waits.p95 }));
  const front = plot({
    width: 640,
    height: 380,
    marginRight: 110,
    x: { label: "cost, US dollars", grid: true, zero: true },
    y: { label: "95th percentile of waits, seconds", grid: true, zero: true },
    marks: [
      Plot.dot(data, { x: "cost", y: "wait", r: 5, fill: ({ name }) => colours[name] ?? "#969696" }),
      // Ours and the bound are often close to each other, so their labels keep apart.
      ...data.map((one) => Plot.text([one], { x: "cost", y: "wait", text: "name", ...labelPlace(one.name) })),
    ],
  });
  return document(`${comparison.trace.name}: ${comparison.trace.about}`, [front], 380, 640);
}

/** Every choice of settings, those worth having joined by a line. */
export function adviceSvg(trace: string, rows: readonly Advice[]): string {
  const worth = rows.filter(({ onFront }) => onFront);
  const label = (row: Advice) => `${row.targetWaitSeconds} s, ${row.max}, ${row.warmMinutes} min`;
  const front = plot({
    width: 640,
    height: 380,
    marginRight: 120,
    marginTop: 40,
    x: { label: "cost, US dollars", grid: true },
    y: { label: "95th percentile of waits, seconds", grid: true, zero: true },
    marks: [
      Plot.dot(rows, { x: "cost", y: "waitP95", r: 3, fill: "#969696" }),
      Plot.line(worth, { x: "cost", y: "waitP95", stroke: "#08519c", curve: "step-after" }),
      Plot.dot(worth, { x: "cost", y: "waitP95", r: 4, fill: "#08519c" }),
      Plot.text(worth, { x: "cost", y: "waitP95", text: label, dx: 7, dy: -7, textAnchor: "start" }),
    ],
  });
  return document(`${trace}: target wait, largest fleet, warm minutes`, [front], 380, 640);
}

function pointsOf({ name, samples }: Outcome): Point[] {
  const size = Math.max(1, Math.ceil(samples.length / points));
  const buckets = Array.from({ length: Math.ceil(samples.length / size) }, (_, index) =>
    samples.slice(index * size, (index + 1) * size),
  );
  return buckets.map((bucket) => ({
    policy: name,
    hours: (bucket[0]?.at ?? 0) / 3600,
    backlog: Math.max(...bucket.map(({ backlog }) => backlog)),
    inService: bucket.at(-1)?.inService ?? 0,
    wanted: bucket.at(-1)?.wanted ?? 0,
  }));
}

/** A figure without a browser: the plot is made on a document that only keeps its elements. */
function plot(options: Plot.PlotOptions): string {
  const page = parseHTML("<html><body></body></html>");
  return Plot.plot({ ...options, document: page.document }).outerHTML;
}

/** Plots side by side under a title, as one picture. */
function document(title: string, plots: readonly string[], height: number, width = panelWidth): string {
  const placed = plots.map((one, index) => `<g transform="translate(${index * width},28)">${one}</g>`);
  const all = width * plots.length;
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${all}" height="${height + 34}" viewBox="0 0 ${all} ${height + 34}">`,
    '<rect width="100%" height="100%" fill="white"/>',
    `<text x="12" y="20" font-family="system-ui, sans-serif" font-size="14">${escaped(title)}</text>`,
    ...placed,
    "</svg>",
    "",
  ].join("\n");
}

const escaped = (text: string) => text.replace(/[&<>"]/g, (character) => `&#${character.charCodeAt(0)};`);
