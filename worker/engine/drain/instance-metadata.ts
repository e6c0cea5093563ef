// Reads the EC2 instance metadata service, version 2 only: a session token by PUT, renewed once on 401.
// Knows paths and status codes, not what the answers mean for the worker.

/** Reads one metadata path; undefined when it is not set (404). */
export type ReadMetadata = (path: string) => Promise<string | undefined>;

/** The address of the service on every EC2 instance. */
export const metadataEndpoint = "http://169.254.169.254";

const tokenSeconds = 6 * 60 * 60;
const answerWithinMs = 2000;

/** Makes a reader of the metadata service at `endpoint`. It rejects on every status but 200 and 404. */
export function createMetadataReader(endpoint: string, fetchFrom: typeof fetch = fetch): ReadMetadata {
  let token: string | undefined;

  const call = (path: string, init: RequestInit) =>
    fetchFrom(new URL(path, endpoint), { ...init, signal: AbortSignal.timeout(answerWithinMs) });

  async function renew(): Promise<string> {
    const answer = await call("/latest/api/token", {
      method: "PUT",
      headers: { "x-aws-ec2-metadata-token-ttl-seconds": String(tokenSeconds) },
    });
    if (!answer.ok) throw new Error(`metadata token refused with status ${answer.status}`);
    token = await answer.text();
    return token;
  }

  const get = async (path: string, session: string) =>
    call(`/latest/meta-data/${path}`, { headers: { "x-aws-ec2-metadata-token": session } });

  return async (path) => {
    let answer = await get(path, token ?? (await renew()));
    if (answer.status === 401) {
      await answer.body?.cancel();
      answer = await get(path, await renew());
    }
    const text = await answer.text();
    if (answer.status === 404) return undefined;
    if (!answer.ok) throw new Error(`metadata path ${path} answered ${answer.status}`);
    return text;
  };
}
