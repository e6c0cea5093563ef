// An HTTP handler of the SDK that sends nothing more once it is closed. The SDK's own one breaks the open connections, whose calls
// the SDK then repeats: a receive that was given up would take messages after all.
import type { NodeHttpHandler } from "@smithy/node-http-handler";
import { FleetError } from "../fleet/errors.ts";

/** The client is closed. */
export class ClientClosed extends FleetError {
  constructor() {
    super("the client is closed");
  }
}

/** The parts of a handler that the SDK uses. */
export type ClosingHandler = Pick<
  NodeHttpHandler,
  "metadata" | "handle" | "destroy" | "updateHttpClientConfig" | "httpHandlerConfigs"
>;

/** Wraps a handler. After `destroy` every request is refused with `ClientClosed`. */
export function closingHandler(inner: NodeHttpHandler): ClosingHandler {
  let closed = false;
  return {
    metadata: inner.metadata,
    handle: (...request) => (closed ? Promise.reject(new ClientClosed()) : inner.handle(...request)),
    destroy: () => {
      closed = true;
      inner.destroy();
    },
    updateHttpClientConfig: (key, value) => inner.updateHttpClientConfig(key, value),
    httpHandlerConfigs: () => inner.httpHandlerConfigs(),
  };
}
