// An OpenID provider on the laptop, in the place of Cognito: a certified library with our people and our pages.
import { generateKeyPair, type JsonWebKey, randomBytes } from "node:crypto";
import type { IncomingMessage, ServerResponse } from "node:http";
import { promisify } from "node:util";
import type { Configuration, default as Provider } from "oidc-provider";
import type { Asset } from "../../../triggers/web/assets.ts";
import { memoryAdapter } from "./memory-adapter.ts";
import { errorPage, signInPage, signOutPage } from "./pages.ts";
import { type LocalPerson, personWith } from "./people.ts";
import { readForm, sendAsset, sendPage } from "./respond.ts";

/** The one client: the pages. */
export type LocalClient = { clientId: string; clientSecret: string };

export type ProviderOptions = {
  /** The provider's own origin. */
  issuer: string;
  /** The origin of the pages. */
  webOrigin: string;
  people: readonly LocalPerson[];
  client: LocalClient;
  assets: ReadonlyMap<string, Asset>;
};

/** Answers the provider's requests. The library is loaded here, because only the local system needs it. */
export async function createProvider(
  options: ProviderOptions,
): Promise<(request: IncomingMessage, response: ServerResponse) => void> {
  const [{ Provider: OidcProvider }, key] = await Promise.all([import("oidc-provider"), newSigningKey()]);
  const provider = new OidcProvider(options.issuer, configuration(options, key));
  const library = provider.callback();
  return (request, response) => {
    const path = new URL(request.url ?? "/", options.issuer).pathname;
    const [, asset] = /^\/assets\/([\w.-]+)$/.exec(path) ?? [];
    if (asset !== undefined)
      return sendAsset(response, asset === "sign-out.js" ? signOutScript : options.assets.get(asset));
    if (!path.startsWith("/interaction/")) return void library(request, response);
    interact(provider, options.people, request, response).catch(() =>
      sendPage(response, errorPage("This sign-in has expired. Go back to the pages and begin again."), 400),
    );
  };
}

const signOutScript: Asset = {
  type: "text/javascript; charset=utf-8",
  body: new TextEncoder().encode('document.querySelector("button[name=logout]")?.click();\n'),
};

/** The sign-in page of one begun sign-in, and its form. */
async function interact(
  provider: Provider,
  people: readonly LocalPerson[],
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const { uid } = await provider.interactionDetails(request, response);
  if (request.method !== "POST") return sendPage(response, signInPage({ uid }));
  const form = await readForm(request);
  const [address, password] = [form.get("address") ?? "", form.get("password") ?? ""];
  const person = personWith(people, { address, password });
  if (person === undefined) return sendPage(response, signInPage({ uid, address, wrong: true }), 401);
  const result = { login: { accountId: person.id } };
  await provider.interactionFinished(request, response, result, { mergeWithLastSubmission: false });
}

function configuration({ webOrigin, people, client }: ProviderOptions, key: JsonWebKey): Configuration {
  return {
    clients: [
      {
        client_id: client.clientId,
        client_secret: client.clientSecret,
        redirect_uris: [`${webOrigin}/sign-in/callback`],
        post_logout_redirect_uris: [`${webOrigin}/signed-out`],
        response_types: ["code"],
        grant_types: ["authorization_code"],
      },
    ],
    adapter: memoryAdapter(),
    jwks: { keys: [key] },
    cookies: { keys: [randomBytes(32).toString("base64url")] },
    claims: { openid: ["sub"], email: ["email", "email_verified"], profile: ["name", "groups"] },
    // The ID token holds the claims, as Cognito's does.
    conformIdTokenClaims: false,
    pkce: { required: () => true },
    ttl: {
      Session: 12 * 60 * 60,
      Interaction: 15 * 60,
      Grant: 12 * 60 * 60,
      IdToken: 60 * 60,
      AccessToken: 60 * 60,
    },
    interactions: { url: (_, { uid }) => `/interaction/${uid}` },
    findAccount: (_, id) => {
      const person = people.find((each) => each.id === id);
      if (person === undefined) return undefined;
      const { name, address, groups } = person;
      const claims = { sub: id, name, email: address, email_verified: true, groups: [...groups] };
      return { accountId: id, claims: () => claims };
    },
    // Nobody is asked to consent to the only client there is.
    loadExistingGrant: async ({ oidc }) => {
      const grant = new oidc.provider.Grant({
        clientId: oidc.client?.clientId ?? "",
        accountId: oidc.session?.accountId ?? "",
      });
      grant.addOIDCScope("openid email profile");
      await grant.save();
      return grant;
    },
    features: {
      devInteractions: { enabled: false },
      rpInitiatedLogout: {
        logoutSource: async (context, form) => {
          context.body = String(await signOutPage(form));
        },
        postLogoutSuccessSource: async (context) => {
          context.body = String(await errorPage("You are signed out."));
        },
      },
    },
    renderError: async (context, { error_description: description }) => {
      context.type = "html";
      context.body = String(await errorPage(description ?? "Something went wrong."));
    },
  };
}

/** RS256, as Cognito signs. */
async function newSigningKey(): Promise<JsonWebKey> {
  const { privateKey } = await promisify(generateKeyPair)("rsa", { modulusLength: 2048 });
  return { ...privateKey.export({ format: "jwk" }), use: "sig", alg: "RS256", kid: "fleet" };
}
