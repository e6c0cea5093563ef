// What the handler asks of the drawing task and what it answers. Loaded by sandbox children, so it holds types only;
// the handler checks the answer.

/** A picture's name and its file; without a file it is gone and its place is marked. */
export type DrawCell = { name: string; file?: string | undefined };

export type DrawInput = {
  title: string;
  subtitle: string;
  /** In the order in which they are shown. */
  cells: readonly DrawCell[];
  /** File to write, a PNG. */
  output: string;
};

export type DrawAnswer = { width: number; height: number; bytes: number };
