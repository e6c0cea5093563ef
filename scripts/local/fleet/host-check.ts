// The host of a simulated instance asks its worker whether it lives, as the timer of a real one does (infra/boot/health.sh).
import { liveChecks } from "../../../infra/instance-life.ts";

/** A laptop's checks come ten times as often. A worker that hangs is given up after the same time as on a real instance. */
const everyMs = liveChecks.everySeconds * 100;
const mostMisses = liveChecks.mostMisses * 10;
const answerWithinMs = 2500;

export type HostCheckOptions = {
  /** Whether the worker has drained and ended, so that it does not come back. */
  hasEnded: () => boolean;
  /** Called once. */
  onUnhealthy: (why: string) => void;
};

/** Checks until it is stopped or has given the instance up. */
export class HostCheck {
  readonly #options: HostCheckOptions;
  readonly #timer: NodeJS.Timeout;
  #port: number | undefined;
  #misses = 0;

  constructor(options: HostCheckOptions) {
    this.#options = options;
    this.#timer = setInterval(() => void this.#check(), everyMs);
    this.#timer.unref();
  }

  /** Takes a line of the worker's log, which tells where its health is served. */
  hear(line: string): void {
    const [, port] = /"health":(\d+),"msg":"worker ready"/.exec(line) ?? [];
    if (port !== undefined) this.#port = Number(port);
  }

  stop(): void {
    clearInterval(this.#timer);
  }

  async #check(): Promise<void> {
    if (await this.#lives()) {
      this.#misses = 0;
      return;
    }
    this.#misses += 1;
    const most = this.#options.hasEnded() ? liveChecks.mostEnded : mostMisses;
    if (this.#misses < most) return;
    this.stop();
    this.#options.onUnhealthy(`the worker did not answer ${this.#misses} times in a row`);
  }

  async #lives(): Promise<boolean> {
    if (this.#port === undefined) return false;
    const url = `http://127.0.0.1:${this.#port}/live`;
    return fetch(url, { signal: AbortSignal.timeout(answerWithinMs) }).then(
      ({ ok }) => ok,
      () => false,
    );
  }
}
