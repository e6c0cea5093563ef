// The contract of the task `draw-contact-sheet`: its input and its answer. Sandbox children load this file, so it holds
// only types. The worker checks answers in draw-sheet.ts.

/** A picture's name and file. Without a file, the picture is gone and its place is marked. */
export type DrawCell = { name: string; file?: string | undefined };

export type DrawInput = {
  title: string;
  subtitle: string;
  /** In display order. */
  cells: readonly DrawCell[];
  /** The PNG file to write. */
  output: string;
};

export type DrawAnswer = { width: number; height: number; bytes: number };
