// The CDN in front of the pages: static files from their bucket and cached, everything else from the HTTP API and never
// cached. The only address that people know.
import { Aws, Duration } from "aws-cdk-lib";
import { Certificate } from "aws-cdk-lib/aws-certificatemanager";
import {
  AllowedMethods,
  type BehaviorOptions,
  CachePolicy,
  Distribution,
  HeadersFrameOption,
  HeadersReferrerPolicy,
  HttpVersion,
  OriginProtocolPolicy,
  OriginRequestPolicy,
  OriginSslPolicy,
  PriceClass,
  ResponseHeadersPolicy,
  S3OriginAccessControl,
  SecurityPolicyProtocol,
  Signing,
  ViewerProtocolPolicy,
} from "aws-cdk-lib/aws-cloudfront";
import { HttpOrigin, S3BucketOrigin } from "aws-cdk-lib/aws-cloudfront-origins";
import { Construct } from "constructs";
import { acknowledge } from "../acknowledge.ts";
import type { Settings } from "../settings.ts";
import type { StaticFiles } from "./static-files.ts";

export type PagesCdnProps = {
  settings: Pick<Settings, "fleet" | "webDomain" | "webCertificate">;
  files: StaticFiles;
  /** Host name of the HTTP API. */
  apiHost: string;
};

/** The distribution. */
export class PagesCdn extends Construct {
  readonly distribution: Distribution;
  /** Scheme and host of the pages. */
  readonly origin: string;

  constructor(scope: Construct, id: string, { settings, files, apiHost }: PagesCdnProps) {
    super(scope, id);
    const { fleet, webDomain, webCertificate } = settings;
    const shared = {
      viewerProtocolPolicy: ViewerProtocolPolicy.REDIRECT_TO_HTTPS,
      responseHeadersPolicy: responseHeaders(this),
    };
    this.distribution = new Distribution(this, "Distribution", {
      comment: `FIFO Fleet: pages of ${fleet}`,
      httpVersion: HttpVersion.HTTP2_AND_3,
      priceClass: PriceClass.PRICE_CLASS_100,
      ...(webDomain &&
        webCertificate && {
          domainNames: [webDomain],
          minimumProtocolVersion: SecurityPolicyProtocol.TLS_V1_2_2021,
          certificate: Certificate.fromCertificateArn(this, "Certificate", webCertificate),
        }),
      defaultBehavior: { ...shared, ...pages(apiHost) },
      additionalBehaviors: { "/assets/*": { ...shared, ...assets(this, files) } },
    });
    files.allowReading(
      `arn:${Aws.PARTITION}:cloudfront::${Aws.ACCOUNT_ID}:distribution/${this.distribution.distributionId}`,
    );
    this.origin = `https://${webDomain ?? this.distribution.distributionDomainName}`;
    acknowledge(this.distribution, {
      CFR1: "People may be anywhere.",
      CFR2: "A firewall costs money by the month; the API is throttled and every route checks its visitor.",
      CFR3: "Paths contain the tokens of links, which are stored nowhere else. The API logs routes instead.",
      ...(webDomain === undefined && {
        CFR4: "CloudFront's own name has CloudFront's own minimum of TLS; webDomain raises it to 1.2.",
      }),
    });
  }
}

/** Everything but Host is passed on, since the API answers to its own name only. Nothing is cached. */
const pages = (apiHost: string): BehaviorOptions => ({
  origin: new HttpOrigin(apiHost, {
    protocolPolicy: OriginProtocolPolicy.HTTPS_ONLY,
    originSslProtocols: [OriginSslPolicy.TLS_V1_2],
    readTimeout: Duration.seconds(15),
  }),
  allowedMethods: AllowedMethods.ALLOW_ALL,
  cachePolicy: CachePolicy.CACHING_DISABLED,
  originRequestPolicy: OriginRequestPolicy.ALL_VIEWER_EXCEPT_HOST_HEADER,
  // Pages hold a secret of the session beside what people wrote; compressed, their length would tell of it (BREACH).
  compress: false,
});

/** Addresses carry the version, so a file may be cached for good. */
const assets = (scope: Construct, { bucket }: StaticFiles): BehaviorOptions => ({
  origin: S3BucketOrigin.withBucketDefaults(bucket, {
    originAccessControlId: new S3OriginAccessControl(scope, "Access", { signing: Signing.SIGV4_ALWAYS })
      .originAccessControlId,
  }),
  allowedMethods: AllowedMethods.ALLOW_GET_HEAD,
  cachePolicy: CachePolicy.CACHING_OPTIMIZED,
  compress: true,
});

/** For static files and for errors that CloudFront or the API answer. The app's own headers go first. */
const responseHeaders = (scope: Construct): ResponseHeadersPolicy =>
  new ResponseHeadersPolicy(scope, "Headers", {
    comment: "FIFO Fleet: security headers",
    securityHeadersBehavior: {
      contentSecurityPolicy: {
        contentSecurityPolicy: "default-src 'none'; frame-ancestors 'none'",
        override: false,
      },
      contentTypeOptions: { override: true },
      frameOptions: { frameOption: HeadersFrameOption.DENY, override: false },
      referrerPolicy: { referrerPolicy: HeadersReferrerPolicy.SAME_ORIGIN, override: false },
      strictTransportSecurity: {
        accessControlMaxAge: Duration.days(365),
        includeSubdomains: true,
        override: false,
      },
    },
    customHeadersBehavior: {
      customHeaders: [{ header: "Cross-Origin-Resource-Policy", value: "same-origin", override: false }],
    },
  });
