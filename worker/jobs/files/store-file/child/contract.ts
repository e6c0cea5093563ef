// The contract of the task `detect-type`: its input and its answer. Sandbox children load this file, so it holds only
// types and numbers.

/** The number of first bytes that the task looks at. */
export const headBytes = 64 * 1024;

export type DetectInput = {
  /** The file with the untrusted first bytes, in the run's directory. */
  file: string;
};

export type DetectAnswer = { contentType: string };
