// The routes of file sharing, together.
import { fileApi } from "./files/api.ts";
import { linkApi } from "./links/api.ts";
import { linkPages } from "./links/public-pages.ts";
import type { Route } from "./route.ts";
import { shareApi } from "./shares/api.ts";
import { uploadRoutes } from "./uploads/routes.ts";

/** The routes of file sharing. */
export const fileSharingRoutes: readonly Route[] = [
  ...uploadRoutes,
  ...fileApi,
  ...shareApi,
  ...linkApi,
  ...linkPages,
];
