// The pages in the synthesised templates: what is public and how, who may sign in, what the web function is told.
import { expect, test } from "vitest";
import { adminGroup, leadBack } from "../../infra/constructs/sign-in.ts";
import { readSettings } from "../../infra/settings.ts";
import { passwordRoutes } from "../../triggers/catalog/password-routes.ts";
import { callbackPath, signedOutPath } from "../../triggers/web/access/openid.ts";
import { readWebConfig } from "../../triggers/web/config.ts";
import {
  fleetOf,
  listed,
  ofType,
  type Resource,
  resourcesOf,
  spelled,
  statementsIn,
} from "../support/synth.ts";

const domain = {
  webDomain: "files.example.org",
  webCertificate: "arn:aws:acm:us-east-1:123456789012:certificate/0",
};
const files = {
  fileHours: "2",
  maxFileHours: "48",
  maxFileBytes: "1000",
  quotaBytes: "5000",
  blockedAddresses: "a@example.org, @rival.example",
  anonymousPictures: "true",
};
const plain = resourcesOf({ web: fleetOf().web });
const configured = fleetOf({ ...domain, ...files, reservedConcurrency: "true" });
const named = resourcesOf({ web: configured.web });

const one = (resources: readonly Resource[], type: string): Record<string, unknown> => {
  const [found, ...others] = ofType(resources, type);
  if (found === undefined || others.length > 0) throw new Error(`not exactly one ${type}`);
  return found.Properties;
};

type Behavior = Record<string, unknown>;
const distributionOf = (resources: readonly Resource[]) =>
  one(resources, "AWS::CloudFront::Distribution").DistributionConfig as Record<string, unknown> & {
    DefaultCacheBehavior: Behavior;
    CacheBehaviors: Behavior[];
    Origins: Record<string, unknown>[];
  };

/** Ids of AWS's own policies, from "Use managed cache policies" and "Use managed origin request policies". */
const managed = {
  cachingDisabled: "4135ea2d-6df8-44a3-9df3-4b5a84be39ad",
  cachingOptimized: "658327ea-f89d-4fab-a63d-7e88639e58f6",
  allViewerExceptHost: "b689b0a8-53d0-40ab-baf2-68738e2966ac",
};

test("everything but static files goes to the API over TLS, uncached and with all but the Host header", () => {
  const { DefaultCacheBehavior, Origins } = distributionOf(plain);
  expect(DefaultCacheBehavior).toMatchObject({
    ViewerProtocolPolicy: "redirect-to-https",
    CachePolicyId: managed.cachingDisabled,
    OriginRequestPolicyId: managed.allViewerExceptHost,
    Compress: false,
  });
  expect(DefaultCacheBehavior.AllowedMethods).toHaveLength(7);
  const api = Origins.find(({ Id }) => Id === DefaultCacheBehavior.TargetOriginId);
  expect(spelled(api?.DomainName)).toMatch(/^<HttpApi\w+>\.execute-api\.<AWS::Region>/);
  expect(api?.CustomOriginConfig).toMatchObject({
    OriginProtocolPolicy: "https-only",
    OriginSSLProtocols: ["TLSv1.2"],
  });
});

test("static files come from a private bucket that only this distribution reads, by their version, kept for good", () => {
  const { CacheBehaviors, Origins } = distributionOf(plain);
  expect(CacheBehaviors).toHaveLength(1);
  expect(CacheBehaviors[0]).toMatchObject({
    PathPattern: "/assets/*",
    ViewerProtocolPolicy: "redirect-to-https",
    CachePolicyId: managed.cachingOptimized,
    AllowedMethods: ["GET", "HEAD"],
  });
  const origin = Origins.find(({ Id }) => Id === CacheBehaviors[0]?.TargetOriginId);
  expect(origin?.OriginAccessControlId).toBeDefined();
  expect(one(plain, "AWS::CloudFront::OriginAccessControl").OriginAccessControlConfig).toMatchObject({
    OriginAccessControlOriginType: "s3",
    SigningBehavior: "always",
    SigningProtocol: "sigv4",
  });
  const allowed = statementsIn(ofType(plain, "AWS::S3::BucketPolicy")).filter(
    ({ Effect }) => Effect === "Allow",
  );
  expect(allowed).toHaveLength(1);
  expect(allowed[0]).toMatchObject({
    Action: "s3:GetObject",
    Principal: { Service: "cloudfront.amazonaws.com" },
  });
  expect(spelled(allowed[0]?.Condition?.StringEquals?.["aws:SourceArn"])).toMatch(
    /^arn:<AWS::Partition>:cloudfront::<AWS::AccountId>:distribution\/<CdnDistribution\w+>$/,
  );
  expect(one(plain, "Custom::CDKBucketDeployment")).toMatchObject({
    DestinationBucketKeyPrefix: "assets",
    Prune: false,
    SystemMetadata: { "cache-control": "public, max-age=31536000, immutable" },
  });
});

test("what CloudFront itself answers has security headers, and the app's own go first", () => {
  const { SecurityHeadersConfig } = one(plain, "AWS::CloudFront::ResponseHeadersPolicy")
    .ResponseHeadersPolicyConfig as Record<string, Record<string, unknown>>;
  expect(SecurityHeadersConfig).toMatchObject({
    ContentSecurityPolicy: { Override: false },
    ContentTypeOptions: { Override: true },
    FrameOptions: { FrameOption: "DENY", Override: false },
    StrictTransportSecurity: { AccessControlMaxAgeSec: 31_536_000, Override: false },
  });
});

test("nobody signs up by themselves; people sign in by code, without a secret and without a password at the API", () => {
  expect(one(plain, "AWS::Cognito::UserPool")).toMatchObject({
    AdminCreateUserConfig: { AllowAdminCreateUserOnly: true },
    MfaConfiguration: "OPTIONAL",
    EnabledMfas: ["SOFTWARE_TOKEN_MFA"],
    DeletionProtection: "ACTIVE",
  });
  const client = one(named, "AWS::Cognito::UserPoolClient");
  expect(client).toMatchObject({
    GenerateSecret: false,
    AllowedOAuthFlows: ["code"],
    ExplicitAuthFlows: ["ALLOW_REFRESH_TOKEN_AUTH"],
    PreventUserExistenceErrors: "ENABLED",
    CallbackURLs: [`https://files.example.org${callbackPath}`],
    LogoutURLs: [`https://files.example.org${signedOutPath}`],
  });
  expect(leadBack).toEqual({ signedIn: callbackPath, signedOut: signedOutPath });
  expect(one(plain, "AWS::Cognito::UserPoolDomain")).toMatchObject({ ManagedLoginVersion: 2 });
  expect(one(plain, "AWS::Cognito::ManagedLoginBranding")).toMatchObject({ UseCognitoProvidedValues: true });
  expect(one(plain, "AWS::Cognito::UserPoolGroup").GroupName).toBe(adminGroup);
});

const webFunction = (resources: readonly Resource[]) => {
  const found = ofType(resources, "AWS::Lambda::Function").find(
    ({ Properties }) => Properties.FunctionName === "fifo-fleet-web",
  );
  if (found === undefined) throw new Error("no web function");
  return found.Properties;
};

/** What the function reads, in eu-west-1. */
const environmentOf = (resources: readonly Resource[]) => {
  const { Variables } = webFunction(resources).Environment as { Variables: Record<string, unknown> };
  const values = Object.entries(Variables).map(([name, value]) => [
    name,
    spelled(value)
      .replaceAll("<AWS::Region>", "eu-west-1")
      .replaceAll("<AWS::AccountId>", "123456789012")
      .replaceAll("<AWS::URLSuffix>", "amazonaws.com")
      .replaceAll(/<\w+\.DomainName>/g, "d1.cloudfront.net")
      .replaceAll(/<\w+>/g, "resolved"),
  ]);
  return { ...Object.fromEntries(values), AWS_REGION: "eu-west-1" } as Record<string, string>;
};

test("the web function is told everything it reads, and the settings of file sharing reach it", () => {
  const { settings, provider } = readWebConfig(environmentOf(plain));
  expect(settings).toMatchObject({
    origin: "https://d1.cloudfront.net",
    signInOrigins: ["https://fifo-fleet-123456789012.auth.eu-west-1.amazoncognito.com"],
  });
  expect(provider.issuer).toBe("https://cognito-idp.eu-west-1.amazonaws.com/resolved");
  expect(provider).not.toHaveProperty("clientSecret");
  expect(readWebConfig(environmentOf(named)).settings).toMatchObject({
    origin: "https://files.example.org",
    files: {
      fileHours: 2,
      maxFileHours: 48,
      maxFileBytes: 1000,
      quotaBytes: 5000,
      blockedAddresses: ["a@example.org", "@rival.example"],
      anonymousPictures: true,
    },
  });
});

test("the worker gets the same settings of file sharing", () => {
  const script = JSON.stringify(
    ofType(resourcesOf({ workers: configured.workers }), "AWS::EC2::LaunchTemplate"),
  );
  expect(script).toContain("--env FLEET_FILE_HOURS=2 ");
  expect(script).toContain("--env FLEET_BLOCKED_ADDRESSES=a@example.org,@rival.example ");
});

test("with a host name the pages have its certificate and TLS 1.2 at least", () => {
  expect(distributionOf(named)).toMatchObject({
    Aliases: ["files.example.org"],
    ViewerCertificate: { AcmCertificateArn: domain.webCertificate, MinimumProtocolVersion: "TLSv1.2_2021" },
  });
});

test("the API passes every request to the web function, is throttled, and logs no path", () => {
  const keys = passwordRoutes.map(({ method, path }) => `${method} ${path}`).sort();
  const routes = ofType(plain, "AWS::ApiGatewayV2::Route").map(({ Properties }) =>
    String(Properties.RouteKey),
  );
  expect(routes.sort()).toEqual(["$default", ...keys]);
  expect(webFunction(plain)).toMatchObject({ MemorySize: 1024, Timeout: 10 });
  expect(webFunction(plain)).not.toHaveProperty("ReservedConcurrentExecutions");
  expect(webFunction(named)).toMatchObject({ ReservedConcurrentExecutions: 50 });
  const { DefaultRouteSettings, AccessLogSettings } = one(plain, "AWS::ApiGatewayV2::Stage") as Record<
    string,
    Record<string, unknown>
  >;
  expect(DefaultRouteSettings).toEqual({ ThrottlingBurstLimit: 400, ThrottlingRateLimit: 200 });
  const { RouteSettings } = one(plain, "AWS::ApiGatewayV2::Stage") as Record<string, object>;
  expect(Object.keys(RouteSettings ?? {}).sort()).toEqual(keys);
  for (const settings of Object.values(RouteSettings ?? {}))
    expect(settings).toEqual({ ThrottlingBurstLimit: 10, ThrottlingRateLimit: 10 });
  expect(String(AccessLogSettings?.Format)).not.toMatch(/path|\$context\.http/i);
});

test("the web function may enqueue nothing and read no object but files, pictures and sheets", () => {
  const statements = ofType(plain, "AWS::IAM::Policy")
    .filter(({ id }) => id.startsWith("webRole"))
    .flatMap(statementsIn);
  const objects = statements
    .filter(({ Action }) => [Action].flat().some((action) => action.startsWith("s3:Get")))
    .flatMap(({ Resource }) => listed(Resource));
  expect(objects.map((arn) => /fifo-fleet-(\w+)/.exec(arn)?.[1]).sort()).toEqual([
    "results",
    "secure",
    "sheets",
  ]);
  expect(JSON.stringify(statements)).not.toContain("sqs:");
});

test("without pages nothing of them is left, and no bucket takes uploads from a browser", () => {
  const fleet = fleetOf({ web: "false" });
  expect(fleet.web).toBeUndefined();
  const rest = resourcesOf({ ...fleet, web: undefined });
  expect(rest.map(({ Type }) => Type).filter((type) => /CloudFront|Cognito/.test(type))).toEqual([]);
});

test("settings of the pages that contradict each other are refused", () => {
  const refused = (context: Record<string, unknown>) => () => readSettings((name) => context[name]);
  expect(refused({ webDomain: "files.example.org" })).toThrow("webCertificate: is missing");
  expect(refused({ webCertificate: domain.webCertificate })).toThrow("webDomain: is missing");
  expect(refused({ ...domain, web: "false" })).toThrow("webDomain: needs web");
  expect(
    refused({ ...domain, webCertificate: domain.webCertificate.replace("us-east-1", "eu-west-1") }),
  ).toThrow("webCertificate: takes the ARN of a certificate in us-east-1");
  expect(refused({ fleet: "my-aws-fleet" })).toThrow('fleet: contains "aws"');
  expect(refused({ shareMails: "true" })).toThrow("shareMails: needs mailAddress");
  expect(refused({ fileHours: "9", maxFileHours: "3" })).toThrow("fileHours: is above maxFileHours");
  expect(refused({ blockedAddresses: "o'brien@example.org" })).toThrow("blockedAddresses: ");
  expect(refused({ quotaBytes: "much" })).toThrow("quotaBytes: ");
});
