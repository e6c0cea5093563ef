// Serves the people's pages on a laptop, with an OpenID provider beside them: the same app as on Lambda.
import { randomBytes } from "node:crypto";
import { getRequestListener } from "@hono/node-server";
import type { Logger } from "pino";
import { enqueueThrough } from "../../../triggers/shared/queues.ts";
import { openIdSignIn } from "../../../triggers/web/access/openid.ts";
import { createWebApp } from "../../../triggers/web/app.ts";
import type { Assets } from "../../../triggers/web/assets.ts";
import type { WebDependencies } from "../../../triggers/web/dependencies.ts";
import { openPasswords } from "../../../triggers/web/links/passwords.ts";
import type { ResourceNames } from "../../../worker/fleet/resources.ts";
import { defaultFileSettings, type FileSettings } from "../../../worker/jobs/files/settings.ts";
import { buildWebAssets } from "../../build/web-assets.ts";
import type { LocalClients } from "../cloud/identity.ts";
import { lazyProvider } from "../sign-in/lazy-provider.ts";
import { type LocalPerson, localPeople } from "../sign-in/people.ts";
import { type Listening, listen } from "./listen.ts";

export type LocalWebOptions = {
  clients: Pick<LocalClients, "db" | "s3" | "sqs">;
  names: ResourceNames;
  /** Address of the local cloud, where browsers reach the buckets. */
  awsUrl: string;
  /** 0 picks a free one. */
  port: number;
  /** Of the provider; 0, a free one, unless given. */
  signInPort?: number;
  /** Keeps the passwords across restarts. */
  dataDir: string | undefined;
  log: Logger;
  files?: FileSettings;
  /** The pages' static files; they are built here unless given. */
  assets?: Promise<Assets>;
  now?: () => number;
};

export type LocalWeb = {
  url: string;
  people: readonly LocalPerson[];
  /** Loads the sign-in, which otherwise happens when somebody signs in. */
  loadSignIn: () => Promise<void>;
  close: () => Promise<void>;
};

/** Starts the pages and the provider. Rejects when the port is taken. */
export async function startLocalWeb(options: LocalWebOptions): Promise<LocalWeb> {
  const web = await listen(options.port);
  const provider = await listen(options.signInPort ?? 0);
  const client = { clientId: "fifo-fleet-pages", clientSecret: randomBytes(32).toString("base64url") };
  const assets = await (options.assets ?? buildWebAssets());
  const people = localPeople(options.dataDir);
  const places = { issuer: provider.origin, webOrigin: web.origin };
  const openId = lazyProvider({ ...places, people, client, assets: assets.files }, options.log);
  provider.serve(openId.answer);
  const signIn = openIdSignIn({ issuer: provider.origin, ...client, origin: web.origin });
  const app = createWebApp({ ...dependencies(options, web, provider), signIn, assets });
  web.serve(getRequestListener(app.fetch));
  const close = async () => {
    await web.close();
    await provider.close();
  };
  return { url: web.origin, people, loadSignIn: openId.load, close };
}

function dependencies(
  { clients, names, awsUrl, log, files = defaultFileSettings, now = Date.now }: LocalWebOptions,
  { origin }: Listening,
  provider: Listening,
): Omit<WebDependencies, "signIn" | "assets"> {
  return {
    db: clients.db,
    s3: clients.s3,
    enqueue: enqueueThrough(clients.sqs, names.fleet),
    names,
    settings: {
      origin,
      storageOrigins: [new URL(awsUrl).origin],
      signInOrigins: [provider.origin],
      // Cookies of one host are shared by all its ports, so two systems need two names.
      cookie: `fleet-${new URL(origin).port}`,
      onlyOwnHost: true,
      files,
    },
    now,
    random: randomBytes,
    passwords: openPasswords(randomBytes),
    log: (level, message, details) => log[level](details ?? {}, message),
  };
}
