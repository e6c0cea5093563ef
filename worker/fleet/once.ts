// What is made at its first use. Knows nothing about what it is.

/** A function that makes a value when it is first called, and returns the same from then on. */
export function once<Value>(make: () => Value): () => Value {
  let made: { value: Value } | undefined;
  return () => {
    made ??= { value: make() };
    return made.value;
  };
}
