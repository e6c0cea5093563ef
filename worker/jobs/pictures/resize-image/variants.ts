// The sizes every picture is made in, as data: a further size is one line here. The first one is what the picture's
// row, the pages and the job's result speak of; it keeps the upload's own key.

/** A box to fit pictures into, and where in the results bucket they go. */
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
