// The web app served on 127.0.0.1 with its scripts, for a real browser. Whoever opens it is signed in by a cookie.
import { createServer } from "node:http";
import { getRequestListener } from "@hono/node-server";
import type { BrowserContext } from "playwright-core";
import { buildWebAssets } from "../../scripts/build/web-assets.ts";
import { allowUploadsFrom } from "../../scripts/provision/uploads.ts";
import type { Visitor } from "../../triggers/web/access/visitor.ts";
import type { WebSettings } from "../../triggers/web/dependencies.ts";
import type { Route } from "../../triggers/web/route.ts";
import type { ResourceNames } from "../../worker/fleet/resources.ts";
import type { Provisioned } from "./provisioned.ts";
import { createTestWeb, type TestBrowser, type TestWeb } from "./web.ts";

export type ServedWeb = {
  origin: string;
  web: TestWeb;
  /** Signs a browser's windows in. */
  signIn: (
    context: BrowserContext,
    person: string | (Partial<Visitor> & { id: string }),
  ) => Promise<TestBrowser>;
  close: () => Promise<void>;
};

/** Serves the app on the stores of a local cloud. */
export async function serveWeb(
  provisioned: Provisioned,
  names: ResourceNames,
  options: { routes?: readonly Route[]; settings?: Partial<WebSettings> } = {},
): Promise<ServedWeb> {
  const answer = Promise.withResolvers<ReturnType<typeof getRequestListener>>();
  const server = createServer(
    (request, response) => void answer.promise.then((serve) => serve(request, response)),
  );
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  const origin = `http://127.0.0.1:${typeof address === "object" ? address?.port : 0}`;
  await allowUploadsFrom(provisioned.s3, names, [origin]);
  const settings = { ...options.settings, origin, storageOrigins: [new URL(provisioned.cloud.url).origin] };
  const web = createTestWeb(provisioned, names, {
    ...(options.routes && { routes: options.routes }),
    settings,
    parts: { assets: await buildWebAssets() },
  });
  answer.resolve(getRequestListener(web.app.fetch));
  return {
    origin,
    web,
    signIn: async (context, person) => {
      const signedIn = await web.signIn(typeof person === "string" ? { id: person } : person);
      const [name = "", value = ""] = signedIn.cookie.split(/=(.*)/s);
      await context.addCookies([{ name, value, url: origin }]);
      return signedIn;
    },
    close: async () => {
      const closed = new Promise((resolve) => server.close(resolve));
      server.closeAllConnections();
      await closed;
    },
  };
}
