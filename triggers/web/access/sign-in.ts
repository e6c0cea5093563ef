// What the app needs of the OpenID provider.

/** What the provider says of a person who has signed in. */
export type Claims = { subject: string; name: string; address: string; groups: readonly string[] };

/** What a started sign-in must prove when it comes back. Kept on the server. */
export type SignInChecks = { state: string; nonce: string; verifier: string };

/** The OpenID provider. */
export type SignIn = {
  /** Starts a sign-in: the provider's address to send the browser to, and the checks to keep. */
  begin: () => Promise<{ address: string; checks: SignInChecks }>;
  /** Ends it with the address the provider sent the browser to. Rejects unless every check holds. */
  finish: (callback: URL, checks: SignInChecks) => Promise<{ claims: Claims; idToken: string }>;
  /** The provider's address that ends the person's session there. */
  signOutAddress: (idToken: string) => Promise<string>;
};
