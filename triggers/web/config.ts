// The settings of the pages on Lambda: the only file of the web trigger that reads the environment.
import * as z from "zod";
import { fileEnvironment, fileSettingsOf } from "../../worker/jobs/files/settings.ts";
import { checked, type TriggerConfig, triggerConfigOf, triggerEnvironment } from "../shared/config.ts";
import type { OpenIdClient } from "./access/openid.ts";
import type { WebSettings } from "./dependencies.ts";

const origin = z
  .url({ protocol: /^https?$/, error: "takes an address such as https://files.example.org" })
  .refine(
    (text) => URL.parse(text)?.origin === text,
    "takes scheme, host and port only, without a slash at the end",
  );

const webEnvironment = triggerEnvironment.extend({
  ...fileEnvironment,
  /** Where people see the pages: the CDN's address. */
  FLEET_WEB_ORIGIN: origin,
  /** The sign-in provider, and what we are called there. */
  FLEET_WEB_ISSUER: z.url("takes the issuer's address"),
  FLEET_WEB_CLIENT_ID: z.string("is missing").min(1, "is empty"),
  /** Origin of the provider's own pages, where it differs from the issuer's (Cognito's managed login). */
  FLEET_WEB_SIGN_IN_ORIGIN: origin.optional(),
  /** Version of the static files that the CDN serves. */
  FLEET_WEB_ASSETS: z.string("is missing").regex(/^[\w-]+$/, "takes letters, digits, - and _"),
});

/** Everything the web trigger is told. */
export type WebConfig = {
  trigger: TriggerConfig;
  settings: WebSettings;
  provider: OpenIdClient;
  assetsVersion: string;
};

/**
 * Reads the settings.
 * @throws InvalidSettings naming every variable that cannot be used
 */
export function readWebConfig(env: NodeJS.ProcessEnv = process.env): WebConfig {
  const read = checked(webEnvironment, env);
  const trigger = triggerConfigOf(read);
  const { incoming, secure, uploads, results, sheets } = trigger.names.buckets;
  const buckets = [incoming, secure, uploads, results, sheets];
  return Object.freeze({
    trigger,
    settings: {
      origin: read.FLEET_WEB_ORIGIN,
      storageOrigins: buckets.map((bucket) => `https://${bucket}.s3.${trigger.region}.amazonaws.com`),
      signInOrigins: [read.FLEET_WEB_SIGN_IN_ORIGIN ?? new URL(read.FLEET_WEB_ISSUER).origin],
      cookie: "__Host-fleet",
      // The CDN calls the HTTP API by the API's own name.
      onlyOwnHost: false,
      files: fileSettingsOf(read),
    },
    provider: {
      issuer: read.FLEET_WEB_ISSUER,
      clientId: read.FLEET_WEB_CLIENT_ID,
      origin: read.FLEET_WEB_ORIGIN,
    },
    assetsVersion: read.FLEET_WEB_ASSETS,
  });
}
