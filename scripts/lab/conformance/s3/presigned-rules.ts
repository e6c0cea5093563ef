// Rules about presigned URLs and about form uploads under a policy; and that nothing is public.
import {
  GetObjectCommand,
  HeadObjectCommand,
  PutBucketCorsCommand,
  PutObjectCommand,
} from "@aws-sdk/client-s3";
import { createPresignedPost, type PresignedPostOptions } from "@aws-sdk/s3-presigned-post";
import { getSignedUrl } from "@aws-sdk/s3-request-presigner";
import { expectSeen, type Rule, type RuleContext } from "../rule.ts";
import { expectError, newBucket, put, textOf } from "./bucket.ts";

type Conditions = NonNullable<PresignedPostOptions["Conditions"]>;
type Form = {
  conditions?: Conditions;
  fields?: Record<string, string>;
  key?: string;
  /** Changes or adds fields after signing. */
  sent?: Record<string, string>;
  body?: string;
  filename?: string;
};

/** The status, the error code (or an empty string) and the response of a form upload. */
async function postForm(
  context: RuleContext,
  bucket: string,
  form: Form,
): Promise<[number, string, Response]> {
  const { url, fields } = await createPresignedPost(context.s3, {
    Bucket: bucket,
    Key: form.key ?? "k",
    Conditions: form.conditions ?? [],
    Fields: form.fields ?? {},
  });
  const data = new FormData();
  for (const [name, value] of Object.entries({ ...fields, ...form.sent })) data.append(name, value);
  data.append("file", new Blob([form.body ?? "bytes"]), form.filename ?? "picture.png");
  const answer = await fetch(url, { method: "POST", body: data, redirect: "manual" });
  const text = await answer.clone().text();
  return [answer.status, /<Code>(\w+)<\/Code>/.exec(text)?.[1] ?? "", answer];
}

const policy = "POST policy";

export const presignedRules: readonly Rule[] = [
  {
    id: "s3-nothing-is-public",
    service: "s3",
    statement: "A request without credentials answers 403 AccessDenied, whether or not the object exists.",
    source: "Blocking public access to your Amazon S3 storage",
    run: async (context) => {
      const bucket = await newBucket(context);
      await put(context, bucket, "k");
      for (const key of ["k", "nothing"]) {
        const answer = await fetch(`${context.endpoint}/${bucket}/${key}`);
        const code = /<Code>(\w+)<\/Code>/.exec(await answer.text())?.[1];
        expectSeen(`get ${key}`, [answer.status, code], [403, "AccessDenied"]);
      }
    },
  },
  {
    id: "s3-presigned-get",
    service: "s3",
    statement: "A presigned GET reads the object, with the response headers that its URL requests.",
    source: "Download and upload objects with presigned URLs",
    run: async (context) => {
      const bucket = await newBucket(context);
      await put(context, bucket, "a b/ü+.txt", "content");
      const ResponseContentDisposition = 'attachment; filename="a.txt"';
      const url = await getSignedUrl(
        context.s3,
        new GetObjectCommand({ Bucket: bucket, Key: "a b/ü+.txt", ResponseContentDisposition }),
      );
      const answer = await fetch(url);
      const seen = [answer.status, await answer.text(), answer.headers.get("content-disposition")];
      expectSeen("the answer", seen, [200, "content", ResponseContentDisposition]);
    },
  },
  {
    id: "s3-presigned-put",
    service: "s3",
    statement: "A presigned PUT stores the bytes and the metadata signed into its URL.",
    source: "Download and upload objects with presigned URLs",
    run: async (context) => {
      const bucket = await newBucket(context);
      const command = new PutObjectCommand({ Bucket: bucket, Key: "k", Metadata: { from: "url" } });
      const url = await getSignedUrl(context.s3, command);
      expectSeen("status", (await fetch(url, { method: "PUT", body: "bytes" })).status, 200);
      expectSeen("the object", await textOf(context, bucket, "k"), "bytes");
      const head = await context.s3.send(new HeadObjectCommand({ Bucket: bucket, Key: "k" }));
      expectSeen("metadata", head.Metadata, { from: "url" });
    },
  },
  {
    id: "s3-presigned-tampered",
    service: "s3",
    statement:
      "A presigned URL with another key, another method or a longer expiry answers 403 SignatureDoesNotMatch.",
    source: "Authenticating requests: using query parameters",
    run: async (context) => {
      const bucket = await newBucket(context);
      await put(context, bucket, "k");
      await put(context, bucket, "other");
      const url = await getSignedUrl(context.s3, new GetObjectCommand({ Bucket: bucket, Key: "k" }));
      const code = async (target: string, method = "GET") =>
        /<Code>(\w+)<\/Code>/.exec(await (await fetch(target, { method })).text())?.[1];
      const tampered = [
        await code(url.replace("/k?", "/other?")),
        await code(url.replace(/X-Amz-Expires=\d+/, "X-Amz-Expires=604800")),
        await code(url, "DELETE"),
      ];
      expectSeen("codes", tampered, Array(3).fill("SignatureDoesNotMatch"));
    },
  },
  {
    id: "s3-presigned-expires",
    service: "s3",
    statement: "A presigned URL answers 403 AccessDenied after its expiry.",
    source: "Authenticating requests: using query parameters",
    slow: true,
    run: async (context) => {
      const bucket = await newBucket(context);
      await put(context, bucket, "k");
      const signed = (expiresIn: number) =>
        getSignedUrl(context.s3, new GetObjectCommand({ Bucket: bucket, Key: "k" }), { expiresIn });
      const [short, long] = [await signed(60), await signed(3600)];
      await context.wait(90);
      expectSeen("statuses", [(await fetch(short)).status, (await fetch(long)).status], [403, 200]);
    },
  },
  {
    id: "s3-post-stores-the-file",
    service: "s3",
    statement:
      "A form upload under its policy answers 204 and stores the file with the form's type and metadata.",
    source: "POST Object",
    run: async (context) => {
      const bucket = await newBucket(context);
      const fields = { "Content-Type": "image/png", "x-amz-meta-album": "summer" };
      const [status] = await postForm(context, bucket, { fields, body: "pixels" });
      expectSeen("status", status, 204);
      expectSeen("the object", await textOf(context, bucket, "k"), "pixels");
      const head = await context.s3.send(new HeadObjectCommand({ Bucket: bucket, Key: "k" }));
      expectSeen("headers", [head.ContentType, head.Metadata], ["image/png", { album: "summer" }]);
    },
  },
  {
    id: "s3-post-exact-conditions",
    service: "s3",
    statement: "A form field that differs from the policy answers 403 AccessDenied and stores nothing.",
    source: policy,
    run: async (context) => {
      const bucket = await newBucket(context);
      const key = await postForm(context, bucket, { sent: { key: "other" } });
      expectSeen("another key", key.slice(0, 2), [403, "AccessDenied"]);
      const type = await postForm(context, bucket, {
        fields: { "Content-Type": "image/png" },
        sent: { "Content-Type": "text/html" },
      });
      expectSeen("another type", type.slice(0, 2), [403, "AccessDenied"]);
      const get = (Key: string) => context.s3.send(new GetObjectCommand({ Bucket: bucket, Key }));
      await expectError("the key signed", get("k"), 404, "NoSuchKey");
      await expectError("the key sent", get("other"), 404, "NoSuchKey");
    },
  },
  {
    id: "s3-post-starts-with",
    service: "s3",
    statement: "A starts-with condition accepts every value with that prefix and refuses all others.",
    source: policy,
    run: async (context) => {
      const bucket = await newBucket(context);
      const conditions: Conditions = [["starts-with", "$Content-Type", "image/"]];
      const upload = async (type: string) =>
        (await postForm(context, bucket, { conditions, sent: { "Content-Type": type } })).slice(0, 2);
      expectSeen("image/webp", await upload("image/webp"), [204, ""]);
      expectSeen("text/html", await upload("text/html"), [403, "AccessDenied"]);
    },
  },
  {
    id: "s3-post-content-length-range",
    service: "s3",
    statement: "A file outside the content-length-range answers 400 EntityTooSmall or EntityTooLarge.",
    source: policy,
    run: async (context) => {
      const bucket = await newBucket(context);
      const conditions: Conditions = [["content-length-range", 2, 4]];
      const upload = async (body: string) =>
        (await postForm(context, bucket, { conditions, body })).slice(0, 2);
      expectSeen("1 byte", await upload("1"), [400, "EntityTooSmall"]);
      expectSeen("2 bytes", await upload("12"), [204, ""]);
      expectSeen("4 bytes", await upload("1234"), [204, ""]);
      expectSeen("5 bytes", await upload("12345"), [400, "EntityTooLarge"]);
    },
  },
  {
    id: "s3-post-extra-field-refused",
    service: "s3",
    statement:
      "A form field that the policy does not mention answers 403 AccessDenied, unless it is x-ignore-.",
    source: policy,
    run: async (context) => {
      const bucket = await newBucket(context);
      const extra = await postForm(context, bucket, { sent: { "x-amz-meta-owner": "me" } });
      expectSeen("an extra field", extra.slice(0, 2), [403, "AccessDenied"]);
      const ignored = await postForm(context, bucket, { sent: { "x-ignore-note": "me" } });
      expectSeen("x-ignore-", ignored.slice(0, 2), [204, ""]);
    },
  },
  {
    id: "s3-post-forged-policy",
    service: "s3",
    statement: "A form whose policy was changed after signing answers 403 SignatureDoesNotMatch.",
    source: policy,
    run: async (context) => {
      const bucket = await newBucket(context);
      const Policy = Buffer.from(JSON.stringify({ expiration: "2999-01-01T00:00:00Z", conditions: [] }));
      const [status, code] = await postForm(context, bucket, { sent: { Policy: Policy.toString("base64") } });
      expectSeen("the answer", [status, code], [403, "SignatureDoesNotMatch"]);
    },
  },
  {
    id: "s3-post-filename",
    service: "s3",
    statement: "`$" + "{filename}` in the key becomes the name of the uploaded file, without its folder.",
    source: "POST Object",
    run: async (context) => {
      const bucket = await newBucket(context);
      const key = ["up/$", "{filename}"].join("");
      const [status] = await postForm(context, bucket, { key, filename: "my cat.png" });
      expectSeen("status", status, 204);
      expectSeen("the object", await textOf(context, bucket, "up/my cat.png"), "bytes");
    },
  },
  {
    id: "s3-post-success-answers",
    service: "s3",
    statement:
      "success_action_status 201 answers with a document, a redirect with 303 with bucket, key and etag.",
    source: "POST Object",
    run: async (context) => {
      const bucket = await newBucket(context);
      const created = await postForm(context, bucket, { fields: { success_action_status: "201" } });
      const document = await created[2].text();
      expectSeen("201", [created[0], /<Key>(.*)<\/Key>/.exec(document)?.[1]], [201, "k"]);
      const fields = { success_action_redirect: "http://127.0.0.1/done?a=b" };
      const redirected = await postForm(context, bucket, { fields });
      const target = new URL(redirected[2].headers.get("location") ?? "http://none");
      const seen = [redirected[0], target.searchParams.get("a"), target.searchParams.get("key")];
      expectSeen("303", seen, [303, "b", "k"]);
    },
  },
  {
    id: "s3-cors-preflight",
    service: "s3",
    statement:
      "A preflight is answered by the bucket's CORS rules: allowed origins and methods, 403 for others.",
    source: "Using cross-origin resource sharing (CORS)",
    run: async (context) => {
      const bucket = await newBucket(context);
      const AllowedOrigins = ["http://console.test"];
      await context.s3.send(
        new PutBucketCorsCommand({
          Bucket: bucket,
          CORSConfiguration: {
            CORSRules: [
              { AllowedOrigins, AllowedMethods: ["POST"], AllowedHeaders: ["*"], ExposeHeaders: ["ETag"] },
            ],
          },
        }),
      );
      const ask = async (origin: string, method: string) => {
        const headers = { origin, "access-control-request-method": method };
        const answer = await fetch(`${context.endpoint}/${bucket}`, { method: "OPTIONS", headers });
        return [answer.status, answer.headers.get("access-control-allow-origin")];
      };
      expectSeen("allowed", await ask("http://console.test", "POST"), [200, "http://console.test"]);
      expectSeen("another origin", await ask("http://evil.test", "POST"), [403, null]);
      expectSeen("another method", await ask("http://console.test", "DELETE"), [403, null]);
    },
  },
];
