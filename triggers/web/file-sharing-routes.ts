// The routes of file sharing, together.
import { fileApi } from "./files/api.ts";
import type { Route } from "./route.ts";
import { uploadRoutes } from "./uploads/routes.ts";

/** The routes of file sharing. */
export const fileSharingRoutes: readonly Route[] = [...uploadRoutes, ...fileApi];
