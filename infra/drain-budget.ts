// How long a worker may take to drain, and how long everything around it waits: each must outlast the one before it.

/** Seconds. A spot notice leaves 120 at best, so a drain ends well before; a scale-in leaves what the hook grants. */
export const drainBudget = {
  /** FLEET_DRAIN_SECONDS: the most a drain takes after a signal. */
  drain: 100,
  /** `docker run --stop-timeout`: when Docker kills the container. */
  stopTimeout: 110,
  /** TimeoutStopSec: when systemd gives up `docker stop`. */
  unitStop: 120,
  /** FLEET_SCALE_IN_SECONDS: the most a drain takes when Auto Scaling takes the instance. */
  scaleIn: 240,
  /** HeartbeatTimeout of the termination hook: when Auto Scaling goes on by itself. */
  hook: 300,
} as const;

/** The name of the termination hook, which the worker completes. */
export const drainHook = "drain";
