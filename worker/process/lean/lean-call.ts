// A hot call as JSON: how the client's input becomes a request body, and the answer its output.

type Fields = Readonly<Record<string, unknown>>;

/** One call. Both functions throw NotPlain for what only the SDK can do. */
export type LeanCall = {
  /** The operation in the service's API. */
  operation: string;
  /** True when the call carries a token by which the service recognises a repeated attempt. */
  hasToken?: boolean;
  bodyOf: (input: Fields) => string;
  outputOf: (answer: Fields) => Record<string, unknown>;
};
