// The routes of file sharing, together.
import { fileApi } from "./files/api.ts";
import { filePageRoutes } from "./files/file-page.ts";
import { filePages } from "./files/pages.ts";
import { linkApi } from "./links/api.ts";
import { linkPages } from "./links/public-pages.ts";
import { logRoutes } from "./log/routes.ts";
import { packApi } from "./packs/api.ts";
import { requestApi } from "./requests/api.ts";
import { requestPages } from "./requests/pages.ts";
import { requestPublicApi } from "./requests/public-api.ts";
import type { Route } from "./route.ts";
import { shareApi } from "./shares/api.ts";
import { uploadRoutes } from "./uploads/routes.ts";

/** The routes of file sharing. */
export const fileSharingRoutes: readonly Route[] = [
  ...uploadRoutes,
  ...fileApi,
  ...filePages,
  ...filePageRoutes,
  ...shareApi,
  ...linkApi,
  ...linkPages,
  ...packApi,
  ...logRoutes,
  ...requestApi,
  ...requestPublicApi,
  ...requestPages,
];
