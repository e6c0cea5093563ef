// Preloaded into a worker as it is shipped: blocks its event loop when told to, and sets its wall clock wrong. Changes
// nothing of the worker's own code.
const skewMs = Number(process.env.CAMPAIGN_SKEW_MS ?? 0);

if (skewMs !== 0) {
  const TrueDate = Date;
  const now = () => TrueDate.now() + skewMs;
  globalThis.Date = new Proxy(TrueDate, {
    get: (target, name) => (name === "now" ? now : Reflect.get(target, name)),
    construct: (target, args, newTarget) =>
      Reflect.construct(target, args.length === 0 ? [now()] : args, newTarget),
  });
}

process.on("message", (message: unknown) => {
  if (typeof message !== "object" || message === null || !("blockMs" in message)) return;
  const nobodyWakes = new Int32Array(new SharedArrayBuffer(4));
  Atomics.wait(nobodyWakes, 0, 0, Number(message.blockMs));
});
// A listener would keep the process alive; what is left to do alone decides.
process.channel?.unref();
