// A server on 127.0.0.1 that listens before anyone knows what it answers: the pages need the address of the sign-in, and
// the sign-in that of the pages.
import { createServer, type RequestListener } from "node:http";
import { listenOnLoopback } from "../../cli/listen-on-loopback.ts";

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
  const { origin, close } = await listenOnLoopback(server, port);
  return { origin, serve: serving.resolve, close };
}
