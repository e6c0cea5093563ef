// Whether the app answers. It asks no store: the load balancer and the local system only need to know that it listens.
import { type Route, route } from "./route.ts";

export const healthRoutes: readonly Route[] = [
  route({
    method: "GET",
    path: "/healthz",
    access: "public",
    anonymous: true,
    summary: "Whether the app answers",
    handle: ({ context }) => context.text("ok"),
  }),
];
