// A local cloud on a free port for one test, and the settings with which SDK clients reach it.

import { VirtualClock } from "../../scripts/local/clock/clock.ts";
import { type Cloud, type CloudOptions, startCloud } from "../../scripts/local/cloud/cloud.ts";

/** Settings for any AWS SDK client; for SQS `useQueueUrlAsEndpoint: false` keeps calls on this endpoint. */
export function clientSettings(cloud: Pick<Cloud, "url" | "region">) {
  return {
    endpoint: cloud.url,
    region: cloud.region,
    credentials: { accessKeyId: "AKIDLOCAL", secretAccessKey: "local" },
    useQueueUrlAsEndpoint: false,
  };
}

export type TestCloud = Cloud & { clock: VirtualClock; settings: ReturnType<typeof clientSettings> };

/** Starts a cloud on a virtual clock; the caller closes it when the test ends. */
export async function startTestCloud(
  options: Partial<CloudOptions> & { clock?: VirtualClock } = {},
): Promise<TestCloud> {
  const clock = options.clock ?? new VirtualClock();
  const cloud = await startCloud({ port: 0, ...options, clock });
  return { ...cloud, clock, settings: clientSettings(cloud) };
}
