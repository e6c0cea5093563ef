// How a cost grows with a size: the slope of the straight line through both logarithms. 0 is flat, 1 is proportional. Pure.

/** One measurement. */
export type Point = { size: number; cost: number };

/** The slope by least squares; NaN for fewer than two sizes. */
export function slopeOf(points: readonly Point[]): number {
  const logs = points.map(({ size, cost }) => [Math.log(size), Math.log(cost)] as const);
  const mean = (at: 0 | 1) => logs.reduce((sum, log) => sum + log[at], 0) / logs.length;
  const [x, y] = [mean(0), mean(1)];
  const both = logs.reduce((sum, [a, b]) => sum + (a - x) * (b - y), 0);
  return both / logs.reduce((sum, [a]) => sum + (a - x) ** 2, 0);
}

/** A measured dimension: what one unit of work cost at each size, the slope of that, and the slope that is right. */
export type Grown = { name: string; unit: string; slope: number; allowed: number; points: Point[] };

/**
 * How much steeper than allowed a line may be: n log n over the sizes measured is steeper than n by at most 0.15, and a shared
 * machine adds as much.
 */
const tolerance = 0.3;

/** Whether a dimension costs more than it should. A single size has no slope. */
export const isTooSteep = ({ slope, allowed }: Grown): boolean => slope > allowed + tolerance;
