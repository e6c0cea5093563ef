// In place of the SDK's chain of credential providers, in bundles only (scripts/build/bundle-function.ts): Lambda gives a function its
// role's credentials in the environment (AWS Lambda, "Defined runtime environment variables"). The chain behind it, with the
// clients of three more services, would be a quarter of every bundle.
import { fromEnv } from "@aws-sdk/credential-provider-env";

/** The provider that the SDK's clients ask for when they are given no credentials. */
export const defaultProvider = fromEnv;
