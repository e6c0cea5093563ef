// Preloaded into a worker as it is shipped. Blocks its event loop on request, skews its wall clock, and redirects calls to
// hooks.slack.com to the campaign's own server. Changes nothing in the worker's code.
const skewMs = Number(process.env.CAMPAIGN_SKEW_MS ?? 0);

if (skewMs !== 0) {
  const TrueDate = Date;
  // Whole milliseconds, as the true clock gives: in faster time a skew has fractions.
  const now = () => TrueDate.now() + Math.round(skewMs);
  globalThis.Date = new Proxy(TrueDate, {
    get: (target, name) => (name === "now" ? now : Reflect.get(target, name)),
    construct: (target, args, newTarget) =>
      Reflect.construct(target, args.length === 0 ? [now()] : args, newTarget),
  });
}

const slack = process.env.CAMPAIGN_SLACK;

if (slack !== undefined) {
  const trueFetch = globalThis.fetch;
  globalThis.fetch = (input, init) => {
    const { host, pathname } = new URL(input instanceof Request ? input.url : input);
    return trueFetch(host === "hooks.slack.com" ? new URL(pathname, slack) : input, init);
  };
}

process.on("message", (message: unknown) => {
  if (typeof message !== "object" || message === null || !("blockMs" in message)) return;
  const nobodyWakes = new Int32Array(new SharedArrayBuffer(4));
  Atomics.wait(nobodyWakes, 0, 0, Number(message.blockMs));
});
// Without unref this listener would keep the process alive.
process.channel?.unref();
