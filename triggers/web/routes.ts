// The registry: every route of the app. A feature adds its list here; nothing else makes a route reachable.
import { signInRoutes } from "./access/sign-in-routes.ts";
import { peopleRoutes } from "./admin/people-routes.ts";
import { assetRoutes } from "./asset-routes.ts";
import { auditRoutes } from "./audit/routes.ts";
import { fileSharingRoutes } from "./file-sharing-routes.ts";
import { healthRoutes } from "./health.ts";
import { homeRoutes } from "./home.ts";
import { meRoutes } from "./me/routes.ts";
import { openApiRoutes } from "./openapi/routes.ts";
import { pictureRoutes } from "./pictures/routes.ts";
import type { Route } from "./route.ts";
import { wordRoutes } from "./words/routes.ts";

/** All routes, in the order in which they are tried. */
export const routes: readonly Route[] = [
  ...healthRoutes,
  ...assetRoutes,
  ...homeRoutes,
  ...signInRoutes,
  ...fileSharingRoutes,
  ...pictureRoutes,
  ...wordRoutes,
  ...meRoutes,
  ...auditRoutes,
  ...peopleRoutes,
  ...openApiRoutes(() => routes),
];
