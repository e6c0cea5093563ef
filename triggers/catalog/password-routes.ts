// Routes of the pages by which anybody may have a password checked, which is slow on purpose. The HTTP API lets fewer requests
// through there than elsewhere, so that guesses do not take the functions that pages need.

/** Methods and paths as the HTTP API writes them. */
export const passwordRoutes = [
  { method: "POST", path: "/l/{token}" },
  { method: "POST", path: "/api/v1/links/{token}/download" },
  { method: "POST", path: "/api/v1/requests/{token}/uploads" },
] as const;

/**
 * Requests per second on average, and at once, on each of these routes. A check takes about a quarter of a second there
 * (passwords.ts), so guesses on all of them take fewer than ten of the fifty functions on average.
 */
export const passwordThrottle = { rateLimit: 10, burstLimit: 10 } as const;
