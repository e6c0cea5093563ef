// A server on 127.0.0.1 that listens before anyone knows what it answers: the pages need the address of the sign-in, and
// the sign-in that of the pages.
import { createServer, type RequestListener } from "node:http";

export type Listening = {
  /** Scheme, host and port. */
  origin: string;
  /** Sets what it answers; requests before wait for it. */
  serve: (listener: RequestListener) => void;
  close: () => Promise<void>;
};

/** Listens; port 0 picks a free one. Rejects with the server's error when the port is taken. */
export async function listen(port: number): Promise<Listening> {
  const serving = Promise.withResolvers<RequestListener>();
  const server = createServer(
    (request, response) => void serving.promise.then((answer) => answer(request, response)),
  );
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, "127.0.0.1", resolve);
  });
  const address = server.address();
  const taken = typeof address === "object" && address !== null ? address.port : port;
  return {
    origin: `http://127.0.0.1:${taken}`,
    serve: serving.resolve,
    close: async () => {
      const closed = new Promise((resolve) => server.close(resolve));
      server.closeAllConnections();
      await closed;
    },
  };
}
