// The sizes of every picture, as data: to add a size, add a line. The picture's row, the pages and the job's result
// describe the first variant, whose key is the upload's own.

/** A box that pictures must fit into, and their key in the results bucket. */
export type Variant = {
  name: string;
  /** Width of the box in pixels. */
  width: number;
  /** Height of the box in pixels. */
  height: number;
  /** Key in the results bucket; must differ between variants. */
  keyOf: (uploadKey: string) => string;
};

export const variants = [
  { name: "fit-400", width: 400, height: 400, keyOf: (key) => key },
] as const satisfies readonly [Variant, ...Variant[]];
