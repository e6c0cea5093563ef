// Whether a measured value grows: a least-squares line through the points, and the standard error of its slope.

/** A line through points. The slope is in units per minute. */
export type Trend = { slope: number; standardError: number; mean: number; points: number };

/** One measurement. */
export type Point = { minute: number; value: number };

/** The line; undefined for fewer than three points. */
export function trendOf(points: readonly Point[]): Trend | undefined {
  const count = points.length;
  if (count < 3) return undefined;
  const sum = (of: (point: Point) => number) => points.reduce((total, point) => total + of(point), 0);
  const meanMinute = sum(({ minute }) => minute) / count;
  const mean = sum(({ value }) => value) / count;
  const spread = sum(({ minute }) => (minute - meanMinute) ** 2);
  if (spread === 0) return undefined;
  const slope = sum(({ minute, value }) => (minute - meanMinute) * (value - mean)) / spread;
  const rest = sum(({ minute, value }) => (value - mean - slope * (minute - meanMinute)) ** 2);
  return { slope, standardError: Math.sqrt(rest / (count - 2) / spread), mean, points: count };
}
