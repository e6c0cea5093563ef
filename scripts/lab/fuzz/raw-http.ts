// HTTP over a raw socket, for requests that no client would send.
import { connect } from "node:net";

const patienceMs = 20_000;
/** The server waits for the rest of an unfinished request. After this long, the socket is half-closed: nothing follows. */
const halfCloseMs = 8000;

/** Sends bytes and reads to the end. Resolves to `silence` when neither an answer nor the end arrives. */
export function answerTo(port: number, bytes: string): Promise<string> {
  return new Promise((resolve) => {
    const socket = connect(port, "127.0.0.1");
    let answer = "";
    const end = (result: string) => {
      clearTimeout(late);
      clearTimeout(half);
      socket.destroy();
      resolve(result);
    };
    const late = setTimeout(() => end(answer === "" ? "silence" : answer), patienceMs);
    socket.on("data", (chunk: Buffer) => {
      answer += chunk.toString("latin1");
    });
    socket.on("error", () => end(answer));
    socket.on("close", () => end(answer));
    socket.write(bytes, "latin1");
    const half = setTimeout(() => socket.end(), halfCloseMs);
  });
}
