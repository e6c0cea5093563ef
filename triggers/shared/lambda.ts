// Makes the handlers that Lambda calls. Knows no trigger.

/**
 * A handler whose parts are made by `make` at the first call and then kept for the life of the execution environment.
 * If `make` throws, the call fails and the next one tries again.
 * @param make gets the arguments of the first call
 */
export function lazyHandler<Arguments extends readonly unknown[], Result>(
  make: (...first: NoInfer<Arguments>) => (...each: Arguments) => Promise<Result>,
): (...each: Arguments) => Promise<Result> {
  let handle: ((...each: Arguments) => Promise<Result>) | undefined;
  return async (...each) => {
    handle ??= make(...each);
    return handle(...each);
  };
}
