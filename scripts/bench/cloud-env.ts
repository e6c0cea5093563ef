// The environment in which every consumer under test finds the local cloud: what any AWS SDK reads by itself.

/** Variables for an endpoint; the credentials are those of the local cloud, which checks none. */
export function cloudEnvironment(url: string): Record<string, string> {
  return {
    AWS_ENDPOINT_URL: url,
    AWS_REGION: "us-east-1",
    AWS_ACCESS_KEY_ID: "AKIDLOCAL",
    AWS_SECRET_ACCESS_KEY: "local",
    AWS_EC2_METADATA_DISABLED: "true",
  };
}
