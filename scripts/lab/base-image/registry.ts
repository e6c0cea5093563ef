// Reads the digest of an image's tag from its registry, by the OCI distribution API, as a caller without an account.
import * as z from "zod";
import { FleetError } from "../../../worker/fleet/errors.ts";

/** The registry did not say the digest. */
export class NoDigest extends FleetError {}

/** An image as a Dockerfile names it: `REGISTRY/REPOSITORY:TAG@DIGEST`. */
export type Named = { registry: string; repository: string; tag: string; digest: string | undefined };

/** @throws NoDigest for a name without a registry or a tag */
export function parseName(name: string): Named {
  const [, registry, repository, tag, digest] =
    /^([a-z0-9.:-]+)\/([a-z0-9/._-]+):([\w.-]+)(?:@(sha256:[0-9a-f]{64}))?$/.exec(name) ?? [];
  if (!registry || !repository || !tag)
    throw new NoDigest(`the image ${name} is not named REGISTRY/REPOSITORY:TAG@sha256:DIGEST`);
  return { registry, repository, tag, digest };
}

/** An index of images for several architectures, or one image. */
const manifests = [
  "application/vnd.oci.image.index.v1+json",
  "application/vnd.docker.distribution.manifest.list.v2+json",
  "application/vnd.oci.image.manifest.v1+json",
  "application/vnd.docker.distribution.manifest.v2+json",
].join(", ");

/**
 * The digest of a tag today.
 * @param origin where the registry answers, `https://` and its name unless given
 * @throws NoDigest
 */
export async function digestOf(
  { registry, repository, tag }: Named,
  origin = `https://${registry}`,
): Promise<string> {
  const url = `${origin}/v2/${repository}/manifests/${tag}`;
  const ask = (headers: Record<string, string>) =>
    fetch(url, { method: "HEAD", headers: { accept: manifests, ...headers } }).catch((cause: unknown) => {
      throw new NoDigest(`${origin} does not answer`, { cause });
    });
  let answer = await ask({});
  const challenge = answer.headers.get("www-authenticate");
  if (answer.status === 401 && challenge)
    answer = await ask({ authorization: `Bearer ${await tokenFor(challenge)}` });
  const digest = answer.headers.get("docker-content-digest");
  if (!answer.ok || !digest || !/^sha256:[0-9a-f]{64}$/.test(digest))
    throw new NoDigest(`${registry} says no digest of ${repository}:${tag}: HTTP ${answer.status}`);
  return digest;
}

const tokenAnswer = z.union([
  z.object({ token: z.string() }).transform(({ token }) => token),
  z.object({ access_token: z.string() }).transform(({ access_token: token }) => token),
]);

/** A token for anybody, from where the registry's challenge says (`Bearer realm="…",service="…",scope="…"`). */
async function tokenFor(challenge: string): Promise<string> {
  const fields = Object.fromEntries(
    [...challenge.matchAll(/(\w+)="([^"]*)"/g)].map(([, key, value]) => [key, value]),
  );
  const { realm = "", service = "", scope = "" } = fields as Record<string, string>;
  const url = new URL(realm);
  if (service) url.searchParams.set("service", service);
  if (scope) url.searchParams.set("scope", scope);
  const answer = await fetch(url);
  if (!answer.ok) throw new NoDigest(`${url.origin} gives no token: HTTP ${answer.status}`);
  return tokenAnswer.parse(await answer.json());
}
