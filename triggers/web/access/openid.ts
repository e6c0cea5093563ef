// Sign-in by OpenID Connect: code flow with PKCE, state and nonce, by a certified library.
import * as z from "zod";
import type * as openid from "./openid-library.ts";
import type { Claims, SignIn, SignInChecks } from "./sign-in.ts";

/** A client registered at a provider. */
export type OpenIdClient = {
  issuer: string;
  clientId: string;
  /** Absent for a public client, which proves itself by PKCE alone. */
  clientSecret?: string;
  /** The pages' origin: the provider leads back to `/sign-in/callback` and `/signed-out` there. */
  origin: string;
};

/** The provider's addresses that lead back to us. */
export const callbackPath = "/sign-in/callback";
export const signedOutPath = "/signed-out";

/** What we need of an ID token. Cognito calls its groups `cognito:groups`. */
const claimsSchema = z
  .object({
    sub: z.string().min(1).max(150),
    email: z.string().min(3).max(320),
    email_verified: z.union([z.boolean(), z.stringbool()]).default(true),
    name: z.string().trim().max(200).optional(),
    "cognito:groups": z.array(z.string()).default([]),
    groups: z.array(z.string()).default([]),
  })
  .refine(({ email_verified }) => email_verified, "the address is not verified")
  .transform(({ sub, email, name, groups, ...more }): Claims => {
    const address = email.toLowerCase();
    return { subject: sub, address, name: name || address, groups: [...groups, ...more["cognito:groups"]] };
  });

/** The library, which most requests do not need, and the provider's description. */
type Provider = { library: typeof openid; provider: openid.Configuration };

/** Makes the sign-in. Library and description are loaded at first use, the description again after a failure. */
export function openIdSignIn(client: OpenIdClient): SignIn {
  const provider = discovered(client);
  return {
    begin: async () => begin(await provider(), client),
    finish: async (callback, checks) => finish(await provider(), callback, checks),
    signOutAddress: async (idToken) => signOutAddress(await provider(), client, idToken),
  };
}

function discovered(client: OpenIdClient): () => Promise<Provider> {
  let known: Promise<Provider> | undefined;
  return () => {
    known ??= discover(client);
    known.catch(() => {
      known = undefined;
    });
    return known;
  };
}

async function discover({ issuer, clientId, clientSecret }: OpenIdClient): Promise<Provider> {
  const library = await import("./openid-library.ts");
  const address = new URL(issuer);
  // The laptop's provider is on the loopback interface, where nobody listens in.
  const options = address.hostname === "127.0.0.1" ? { execute: [library.allowInsecureRequests] } : {};
  const proof = clientSecret === undefined ? library.None() : library.ClientSecretBasic(clientSecret);
  return { library, provider: await library.discovery(address, clientId, undefined, proof, options) };
}

async function begin({ library: openid, provider }: Provider, { origin }: OpenIdClient) {
  const checks: SignInChecks = {
    state: openid.randomState(),
    nonce: openid.randomNonce(),
    verifier: openid.randomPKCECodeVerifier(),
  };
  const address = openid.buildAuthorizationUrl(provider, {
    redirect_uri: `${origin}${callbackPath}`,
    scope: "openid email profile",
    code_challenge: await openid.calculatePKCECodeChallenge(checks.verifier),
    code_challenge_method: "S256",
    state: checks.state,
    nonce: checks.nonce,
  });
  return { address: address.href, checks };
}

async function finish({ library: openid, provider }: Provider, callback: URL, checks: SignInChecks) {
  const tokens = await openid.authorizationCodeGrant(provider, callback, {
    expectedState: checks.state,
    expectedNonce: checks.nonce,
    pkceCodeVerifier: checks.verifier,
    idTokenExpected: true,
  });
  return { claims: claimsSchema.parse(tokens.claims()), idToken: tokens.id_token ?? "" };
}

/** Cognito's logout has parameters of its own ("Logout endpoint", Cognito developer guide); others follow RP-Initiated Logout. */
function signOutAddress(
  { library: openid, provider }: Provider,
  { clientId, origin }: OpenIdClient,
  idToken: string,
): string {
  const { issuer, authorization_endpoint: authorize = issuer } = provider.serverMetadata();
  const back = `${origin}${signedOutPath}`;
  if (!new URL(issuer).hostname.startsWith("cognito-idp.")) {
    const asked = { id_token_hint: idToken, post_logout_redirect_uri: back };
    return openid.buildEndSessionUrl(provider, asked).href;
  }
  const address = new URL("/logout", authorize);
  address.search = new URLSearchParams({ client_id: clientId, logout_uri: back }).toString();
  return address.href;
}
