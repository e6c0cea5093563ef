// The ready line of the local system, version 1. It is printed when the system serves. Commands that need its addresses
// read it from `GET /_local/ready`.
import { ControlError } from "../gateway/service.ts";

/** Fields may be added but are never renamed. */
export type ReadyLine = {
  v: 1;
  ready: true;
  console: string;
  /** `HOST:PORT`. */
  smtp: string;
  aws: string;
  /** The HTTP API of the triggers, without a slash at the end. */
  api: string;
  /** The people's pages. */
  web: string;
  fleet: string;
};

/** The line of a system with these addresses. */
export function readyLine(
  fleet: string,
  addresses: Record<"consoleUrl" | "smtp" | "awsUrl" | "apiUrl" | "webUrl", string>,
): ReadyLine {
  const { consoleUrl, smtp, awsUrl, apiUrl, webUrl } = addresses;
  return { v: 1, ready: true, console: consoleUrl, smtp, aws: awsUrl, api: apiUrl, web: webUrl, fleet };
}

/** Keeps the line for later requests. Before that, `current` throws ControlError. */
export function readiness(): { is: (line: ReadyLine) => void; current: () => ReadyLine } {
  let known: ReadyLine | undefined;
  return {
    is: (line) => {
      known = line;
    },
    current: () => {
      if (known === undefined) throw new ControlError("the system is not ready yet");
      return known;
    },
  };
}
