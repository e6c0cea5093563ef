// A lean first attempt of S3's hot calls, as lean-calls.ts makes those of other services: gets, puts and deletes of objects by
// plain inputs. Where a bucket is, and which headers its requests share, is learned from the SDK's own ones.
import { readFile } from "node:fs/promises";
import { Readable } from "node:stream";
import { buffer } from "node:stream/consumers";
import { S3Client, type S3ClientConfig } from "@aws-sdk/client-s3";
import { isFileBody, ofFile } from "../../engine/job/file-body.ts";
import type { ClosingHandler } from "../closing-handler.ts";
import {
  type Answer,
  type Context,
  collected,
  type Input,
  patternOf,
  plain,
  type Request,
  type Response,
  type Tried,
  timeOf,
  withLeanCalls,
} from "./lean-client.ts";
import { type MadeAttempt, takingAttempts } from "./made-attempt.ts";
import { encoded, type ObjectCall, type ObjectRequest, s3Calls } from "./s3-calls.ts";
import { createSigner } from "./sign-request.ts";

/** Headers that a proxy may change are not signed, as the SDK has it. */
const isSigned = (header: string): boolean => header !== "user-agent" && header !== "expect";

/** What the requests of one operation on one bucket share. `base` is what comes before the key in the path. */
type Pattern = { request: Request; base: string; query: Record<string, string> };

type Settings = S3ClientConfig & { region: string; requestHandler: ClosingHandler };

/** Makes an S3 client whose hot calls are lean. */
export function leanS3(config: Settings): S3Client {
  const { requestHandler: inner, region } = config;
  // Jobs verify what they read, and S3 what they write: a checksum that the SDK would verify is the SDK's to read.
  const client = new S3Client({ ...config, requestHandler: takingAttempts(inner, () => {}) });
  const patterns = learnPatterns(client, region);
  const sign = createSigner({ region, service: "s3", signs: isSigned });

  const send = async (
    pattern: Pattern,
    call: ObjectCall,
    { path, query, headers, body, sha256 }: ObjectRequest,
    { __smithy_context }: Context,
  ): Promise<MadeAttempt> => {
    try {
      const to = { method: call.method, path: pattern.base + path };
      const request = Object.assign(Object.create(pattern.request), {
        ...to,
        query: { ...query, ...pattern.query },
        body,
      });
      const all = { ...pattern.request.headers, ...headers, "x-amz-content-sha256": sha256 };
      const unsigned = {
        headers: all,
        body: { sha256 },
        at: timeOf(client),
        to: { ...to, query: queryText(request.query) },
      };
      request.headers = sign(unsigned, await client.config.credentials());
      const { response } = await inner.handle(request, { abortSignal: __smithy_context?.abortSignal });
      return { response };
    } catch (error) {
      return { error };
    } finally {
      // A body that was not sent to its end keeps its file open.
      if (isFileBody(body)) body.destroy();
    }
  };

  return withLeanCalls(client, async (input, context): Promise<Tried> => {
    const call = s3Calls.get(context.commandName ?? "");
    const request = call && plain(() => call.requestOf(input));
    const pattern = request && patterns.get(`${context.commandName} ${request.bucket}`);
    if (call === undefined || request === undefined || pattern === undefined) return forTheSdk(input);
    const made = await send(pattern, call, request, context);
    const answer = "error" in made ? undefined : answerOf(call, made.response);
    if (answer === undefined) return { made, ...(await forTheSdk(input)) };
    const unexpected = call.hasObject ? undefined : await unlessEmpty(answer.response as Response);
    return unexpected ? { made: unexpected, ...(await forTheSdk(input)) } : { answer };
  });
}

/** What the SDK is given: it sends a buffer again where a stream could be sent once only. */
async function forTheSdk(input: Input): Promise<{ input: Input }> {
  const { Body } = input;
  return { input: isFileBody(Body) ? { ...input, Body: await readFile(Body[ofFile].path) } : input };
}

/** Learns from the SDK's signed requests, by operation and bucket. */
function learnPatterns({ middlewareStack }: S3Client, region: string): Map<string, Pattern> {
  const patterns = new Map<string, Pattern>();
  const learn = (input: object, request: Request, commandName: string) => {
    const own = plain(() => s3Calls.get(commandName)?.requestOf({ ...input }));
    if (own === undefined || !request.path.endsWith(own.path)) return;
    // Some buckets are signed for by other rules, or belong to another region.
    if (!request.headers.authorization?.includes(`/${region}/s3/aws4_request,`)) return;
    const shared = patternOf(request, Object.keys(own.headers));
    const { versionId: _, ...query } = request.query as Record<string, string>;
    const base = request.path.slice(0, -own.path.length);
    patterns.set(`${commandName} ${own.bucket}`, { request: shared, base, query });
  };
  middlewareStack.add(
    (next, context) => (args) => {
      learn(args.input, args.request as Request, String(context.commandName));
      return next(args);
    },
    { step: "deserialize", name: "fleetLearnsRequests", priority: "low" },
  );
  return patterns;
}

const queryText = (query: Readonly<Record<string, string>>): string =>
  Object.keys(query)
    .sort()
    .map((name) => `${encoded(name)}=${encoded(query[name] ?? "")}`)
    .join("&");

/** The output of an answer that is a success and has nothing unusual in it. */
function answerOf(call: ObjectCall, response: Response): Answer | undefined {
  if (response.statusCode !== call.status) return undefined;
  const output = plain(() => call.outputOf(response.headers));
  if (output === undefined || (call.hasObject && !(response.body instanceof Readable))) return undefined;
  const Body = call.hasObject && { Body: withTransforms(response.body) };
  return { output: { ...output, ...Body, $metadata: { httpStatusCode: call.status } }, response };
}

/** An attempt for the SDK when an answer that should be empty is not, or breaks off. */
async function unlessEmpty(response: Response): Promise<MadeAttempt | undefined> {
  try {
    const bytes = await collected(response.body);
    if (bytes.length === 0) return undefined;
    return { response: Object.assign(response, { body: Readable.from([bytes]) }) };
  } catch (error) {
    return { error };
  }
}

/** The SDK's own ways to read a body, for whoever does not read the stream. */
const withTransforms = (body: Readable): Readable =>
  Object.assign(body, {
    transformToByteArray: async () => new Uint8Array(await buffer(body)),
    transformToString: async (encoding?: string) => {
      const bytes = await buffer(body);
      return encoding === undefined || Buffer.isEncoding(encoding)
        ? bytes.toString(encoding)
        : new TextDecoder(encoding).decode(bytes);
    },
    transformToWebStream: () => Readable.toWeb(body),
  });
