// Trigger: a person opened a page or a script called the API. Runs behind the HTTP API; the CDN serves the static files.
import { randomBytes } from "node:crypto";
import { S3Client } from "@aws-sdk/client-s3";
import { handle } from "hono/aws-lambda";
import { lazyHandler } from "./shared/lambda.ts";
import { log } from "./shared/log.ts";
import { enqueueFrom } from "./shared/queues.ts";
import { openTables } from "./shared/tables.ts";
import { openIdSignIn } from "./web/access/openid.ts";
import { createWebApp } from "./web/app.ts";
import { readWebConfig, type WebConfig } from "./web/config.ts";
import { openPasswords } from "./web/links/passwords.ts";

/** The app of a deployment. */
function appOf({ trigger, settings, provider, assetsVersion }: WebConfig) {
  return createWebApp({
    db: openTables(trigger),
    s3: new S3Client({ region: trigger.region }),
    enqueue: enqueueFrom(trigger),
    names: trigger.names,
    settings,
    signIn: openIdSignIn(provider),
    assets: { version: assetsVersion, files: new Map() },
    now: Date.now,
    random: randomBytes,
    passwords: openPasswords(randomBytes),
    log,
  });
}

/** Lambda's entry. */
export const handler: ReturnType<typeof handle> = lazyHandler(() => handle(appOf(readWebConfig())));
