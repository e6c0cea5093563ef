// The settings of the pages on Lambda.
import { expect, test } from "vitest";
import { readWebConfig } from "../../../triggers/web/config.ts";
import { contentPolicy } from "../../../triggers/web/security/headers.ts";

const complete = {
  FLEET_NAME: "prod",
  FLEET_BUCKET_SUFFIX: "-123456789012-eu-west-1",
  AWS_REGION: "eu-west-1",
  FLEET_WEB_ORIGIN: "https://files.example.org",
  FLEET_WEB_ISSUER: "https://cognito-idp.eu-west-1.amazonaws.com/eu-west-1_AbCdEf",
  FLEET_WEB_CLIENT_ID: "abc",
  FLEET_WEB_SIGN_IN_ORIGIN: "https://prod.auth.eu-west-1.amazoncognito.com",
  FLEET_WEB_ASSETS: "v1",
};

test("in the cloud the cookie is bound to the host, and pages reach the fleet's own buckets only", () => {
  const { settings } = readWebConfig(complete);
  expect(settings.cookie).toBe("__Host-fleet");
  expect(contentPolicy(settings)).toContain(
    "https://prod-secure-123456789012-eu-west-1.s3.eu-west-1.amazonaws.com",
  );
  expect(contentPolicy(settings)).toMatch(
    /form-action 'self' .*https:\/\/prod\.auth\.eu-west-1\.amazoncognito\.com/,
  );
  expect(contentPolicy(settings)).not.toMatch(/\*|unsafe/);
});

test("all problems are reported together, by the variables' names", () => {
  const wrong = {
    ...complete,
    FLEET_WEB_ORIGIN: "files.example.org/",
    FLEET_WEB_ASSETS: "",
    FLEET_FILE_HOURS: "-1",
  };
  expect(() => readWebConfig(wrong)).toThrow(
    /FLEET_FILE_HOURS takes hours.*FLEET_WEB_ORIGIN takes an address.*FLEET_WEB_ASSETS takes letters/,
  );
});
