// Puts off loading the provider's library, which takes longer than the rest of a start: the first request waits for it, if it comes
// before the library is loaded.
import type { RequestListener } from "node:http";
import type { Logger } from "pino";
import { createProvider, type ProviderOptions } from "./provider.ts";

/** A provider that is loaded when it is first asked, or told to. */
export type LazyProvider = { answer: RequestListener; load: () => Promise<void> };

/** Makes the provider. Requests are answered with 500 when the library cannot be loaded, and the next one tries again. */
export function lazyProvider(options: ProviderOptions, log: Logger): LazyProvider {
  let loading: Promise<RequestListener> | undefined;
  const loaded = (): Promise<RequestListener> => {
    loading ??= createProvider(options).catch((error: unknown) => {
      loading = undefined;
      throw error;
    });
    return loading;
  };
  const failed = (error: unknown) => log.error({ err: error }, "the sign-in could not be started");
  return {
    load: () => loaded().then(() => undefined, failed),
    answer: (request, response) => {
      loaded().then(
        (answer) => answer(request, response),
        (error) => {
          failed(error);
          response.writeHead(500).end();
        },
      );
    },
  };
}
