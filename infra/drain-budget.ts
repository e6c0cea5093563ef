// How long a worker may take to drain, and how long everything around it waits. Each time must be longer than the one
// before it.

/** All in seconds. A spot notice leaves at most 120, so a drain must end before; a scale-in leaves what the hook grants. */
export const drainBudget = {
  /** FLEET_DRAIN_SECONDS: the longest drain after a signal. */
  drain: 100,
  /** `docker run --stop-timeout`: when Docker kills the container. */
  stopTimeout: 110,
  /** TimeoutStopSec: when systemd aborts `docker stop`. */
  unitStop: 120,
  /** FLEET_SCALE_IN_SECONDS: the longest drain when Auto Scaling terminates the instance. */
  scaleIn: 240,
  /** HeartbeatTimeout of the termination hook: when Auto Scaling continues by itself. */
  hook: 300,
} as const;

/** The name of the termination hook. The worker completes it. */
export const drainHook = "drain";
