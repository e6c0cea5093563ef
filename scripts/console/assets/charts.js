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
  "put off": "--edge",
  "wait, mean": "--accent",
  "wait, p95": "--warn",
  "run, mean": "--good",
  "run, p95": "--edge",
};

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

const sizeOf = (place) => ({ width: Math.max(200, place.clientWidth), height: 170 });

/** The least time that a chart spans, seconds. */
const leastSeconds = 300;

/** The times and series of a chart, from the first figures on: those of a fleet that has just started fill it, too. */
function dataOf(place, history) {
  const { times, backlog, periodSeconds } = history;
  const known = Object.values(backlog).map((series) => series.findIndex((value) => value !== null));
  const first = Math.min(...known.map((index) => (index < 0 ? times.length : index)));
  const start = Math.max(0, Math.min(first, times.length - leastSeconds / periodSeconds));
  return [times, ...Object.values(history[place.dataset.chart])].map((series) => series.slice(start));
}

function draw(place, history) {
  const { chart } = place.dataset;
  const axis = {
    stroke: colour("--quiet"),
    grid: { stroke: colour("--line"), width: 1 },
    ticks: { stroke: colour("--line") },
  };
  const names = Object.keys(history[chart]);
  const options = {
    ...sizeOf(place),
    scales: { y: { range: (_, __, most) => [0, Math.max(1, (most ?? 0) * 1.1)] } },
    axes: [
      { ...axis, values: (_, times) => times.map(clock), space: 60 },
      { ...axis, size: 44 },
    ],
    legend: { live: true },
    cursor: { points: { size: 6 } },
    series: [
      { label: "at", value: (_, time) => (time === null ? "–" : clock(time)) },
      ...names.map((label) => ({
        label,
        stroke: colour(colours[label] ?? "--text"),
        width: 2,
        spanGaps: true,
        // Of outcomes no figure means that there was none.
        value: (_, value) =>
          value === null ? (chart === "outcomes" ? "0" : "–") : String(Math.round(value * 100) / 100),
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

/** Shows the latest value of each series in the legend while the pointer is elsewhere. */
function showLatest(chart) {
  if (chart.cursor.idx != null) return;
  const last = chart.data.map((series) => series.findLastIndex((value) => value !== null));
  chart.setLegend({ idxs: last.map((index) => (index < 0 ? null : index)) }, false);
}

let latest = { changes: [] };

/** A vertical mark at each change of the size, with its reason. */
function marks(changes) {
  return ({ ctx, bbox, valToPos }) => {
    ctx.save();
    ctx.strokeStyle = colour("--warn");
    ctx.setLineDash([4, 4]);
    ctx.fillStyle = colour("--text");
    ctx.font = `${11 * devicePixelRatio}px sans-serif`;
    ctx.textBaseline = "bottom";
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
      ctx.fillText(label, left, bbox.top + bbox.height - 3);
      free = left + width + 6;
    }
    ctx.restore();
  };
}

const clock = (seconds) => new Date(seconds * 1000).toLocaleTimeString("en-GB", { hour12: false });

/** The changes as a list: what the marks say, for those who do not see them. */
function showChanges(history) {
  latest = history;
  const list = document.getElementById("changes");
  const lines = history.changes.toReversed().map(({ at, from, to, reason }) => {
    const line = document.createElement("li");
    line.textContent = `${clock(at)}  from ${from} to ${to}: ${reason}`;
    return line;
  });
  if (lines.length === 0) {
    const none = document.createElement("li");
    none.textContent = "None in the last half hour.";
    lines.push(none);
  }
  list.replaceChildren(...lines);
}
