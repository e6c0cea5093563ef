// The charts of the fleet's page. They are drawn with uPlot in the colours of the page, and drawn again when these change.

// uPlot formats numbers in the browser's language when it is loaded, and fails where that is no language: on a machine without
// a locale Chromium says "en-US@posix".
try {
  Intl.getCanonicalLocales(navigator.language);
} catch {
  Object.defineProperty(navigator, "language", { value: "en", configurable: true });
}
const { default: uPlot } = await import("./uplot.js");

/** Colours by the meaning of a series, as the tokens name them. */
const colours = {
  waiting: "--accent",
  "in flight": "--good",
  dead: "--bad",
  wanted: "--warn",
  "asked for": "--accent",
  "in service": "--good",
  completed: "--good",
  retried: "--warn",
  rejected: "--quiet",
  "dead-lettered": "--bad",
  returned: "--accent",
  "put off": "--text",
  "wait, mean": "--accent",
  "wait, p95": "--accent",
  "run, mean": "--good",
  "run, p95": "--good",
};
const dashed = (name) => (name.endsWith("p95") ? [4, 3] : undefined);

const dark = matchMedia("(prefers-color-scheme: dark)");
const colour = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();

/** Fetches the history from `from` while the page is visible, and draws it. */
export function keepCharts(from) {
  const places = [...document.querySelectorAll("[data-chart]")];
  const drawn = new Map();
  let history;
  const drawAll = () => {
    for (const place of places) {
      drawn.get(place)?.destroy();
      drawn.set(place, draw(place, history));
    }
    showChanges(history);
  };
  const renew = async () => {
    if (document.hidden) return;
    const answer = await fetch(from).catch(() => undefined);
    if (!answer?.ok) return;
    const fresh = await answer.json();
    const first = history === undefined;
    history = fresh;
    if (first) drawAll();
    else {
      for (const place of places) drawn.get(place).setData(dataOf(place, history));
      showChanges(history);
    }
  };
  const again = () => setTimeout(() => renew().then(again), (history?.periodSeconds ?? 10) * 1000);
  renew().then(again);
  document.addEventListener("visibilitychange", renew);
  dark.addEventListener("change", () => history && drawAll());
  addEventListener("resize", () => {
    for (const [place, chart] of drawn) chart.setSize(sizeOf(place));
  });
}

const numbers = new Intl.NumberFormat("en", { maximumFractionDigits: 2 });

const sizeOf = (place) => ({ width: Math.max(200, place.clientWidth), height: 170 });

/** The least time that a chart spans, seconds. */
const leastSeconds = 300;

/** The times and series of a chart, from the first figures on: those of a fleet that has just started fill it, too. */
function dataOf(place, history) {
  const { times, backlog, periodSeconds } = history;
  const known = Object.values(backlog).map((series) => series.findIndex((value) => value !== null));
  const first = Math.min(...known.map((index) => (index < 0 ? times.length : index)));
  const start = Math.max(0, Math.min(first, times.length - leastSeconds / periodSeconds));
  const last = Math.max(
    ...Object.values(backlog).map((series) => series.findLastIndex((value) => value !== null)),
  );
  const series = Object.values(history[place.dataset.chart]);
  const filled =
    place.dataset.chart === "outcomes" ? series.map((one) => withZeros(one, { first, last })) : series;
  return [times, ...filled].map((one) => one.slice(start));
}

/** Nothing ended where the fleet was counted and no end was; the last count may be ahead of the ends. */
const withZeros = (series, { first, last }) =>
  series.map((value, index) => value ?? (index >= first && index < last ? 0 : null));

function draw(place, history) {
  const { chart } = place.dataset;
  const axis = {
    stroke: colour("--quiet"),
    grid: { stroke: colour("--line"), width: 1 },
    ticks: { stroke: colour("--line") },
  };
  const names = Object.keys(history[chart]);
  const colourOf = (index) => colour(colours[names[index - 1]] ?? "--text");
  // A line of zeros would hide the first one, and a red one would alarm.
  const isDrawn = ({ data }, index) =>
    index === 1 || chart === "capacity" || data[index].some((value) => value > 0);
  const options = {
    ...sizeOf(place),
    scales: { y: { range: (_, __, most) => [0, Math.max(1, (most ?? 0) * 1.1)] } },
    axes: [
      { ...axis, values: (_, times) => times.map(clock), space: 60 },
      { ...axis, size: 56 },
    ],
    legend: { live: true, markers: { stroke: (_, index) => colourOf(index) } },
    cursor: { points: { size: 6 } },
    series: [
      { label: "at", value: (_, time) => (time === null ? "–" : clock(time)) },
      ...names.map((label) => ({
        label,
        stroke: (drawn, index) => (isDrawn(drawn, index) ? colourOf(index) : "transparent"),
        dash: dashed(label),
        width: 2,
        spanGaps: true,
        // Of outcomes no figure means that there was none.
        value: (_, value) => (value === null ? (chart === "outcomes" ? "0" : "–") : numbers.format(value)),
      })),
    ],
    hooks: {
      setLegend: [showLatest],
      setData: [showLatest],
      ready: [showLatest],
      ...(chart === "capacity" && { draw: [marks(() => latest.changes)] }),
    },
  };
  return new uPlot(options, dataOf(place, history), place);
}

/** Shows the last time that has values in the legend while the pointer is elsewhere: all of that one time. */
function showLatest(chart) {
  if (chart.cursor.idx != null) return;
  const [, ...all] = chart.data;
  const last = Math.max(...all.map((series) => series.findLastIndex((value) => value !== null)));
  chart.setLegend({ idxs: chart.data.map(() => (last < 0 ? null : last)) }, false);
}

let latest = { changes: [] };

/** A vertical mark at each change of the size, with its reason. */
function marks(changes) {
  return ({ ctx, bbox, valToPos }) => {
    ctx.save();
    ctx.strokeStyle = colour("--warn");
    ctx.setLineDash([4, 4]);
    ctx.font = `${11 * devicePixelRatio}px sans-serif`;
    ctx.textBaseline = "top";
    ctx.textAlign = "left";
    let free = bbox.left;
    for (const { at, to, reason } of changes()) {
      const x = Math.round(valToPos(at, "x", true));
      if (x < bbox.left || x > bbox.left + bbox.width) continue;
      ctx.beginPath();
      ctx.moveTo(x, bbox.top);
      ctx.lineTo(x, bbox.top + bbox.height);
      ctx.stroke();
      // The reason stands beside its mark where there is room; the list below has all of them.
      const label = `to ${to}: ${reason}`;
      const { width } = ctx.measureText(label);
      const left = x + width > bbox.left + bbox.width ? x - width - 4 : x + 4;
      if (left < free) continue;
      free = left + width + 6;
      written(ctx, label, { left, top: bbox.top + bbox.height / 2, width });
    }
    ctx.restore();
  };
}

/** A label on a ground of its own, so that lines do not cross it. */
function written(ctx, label, { left, top, width }) {
  const margin = 2 * devicePixelRatio;
  ctx.fillStyle = colour("--card");
  ctx.fillRect(left - margin, top - margin, width + 2 * margin, 11 * devicePixelRatio + 2 * margin);
  ctx.fillStyle = colour("--text");
  ctx.fillText(label, left, top);
}

const clock = (seconds) => new Date(seconds * 1000).toLocaleTimeString("en-GB", { hour12: false });

/** The changes as a list: what the marks say, for those who do not see them. */
function showChanges(history) {
  latest = history;
  const list = document.getElementById("changes");
  const lines = history.changes.toReversed().map(({ at, from, to, reason, why }) => {
    const line = document.createElement("li");
    line.textContent = `${clock(at)}  from ${from} to ${to}: ${reason}, ${why}`;
    return line;
  });
  if (lines.length === 0) {
    const none = document.createElement("li");
    none.textContent = "None in the last half hour.";
    lines.push(none);
  }
  list.replaceChildren(...lines);
}
