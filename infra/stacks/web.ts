// The stack of the pages for people: CDN, static files, sign-in, an HTTP API of its own, and the web trigger.
import { CfnOutput, Stack } from "aws-cdk-lib";
import type { Construct } from "constructs";
import { passwordRoutes, passwordThrottle } from "../../triggers/catalog/password-routes.ts";
import { HttpEntrance } from "../constructs/http-entrance.ts";
import { PagesCdn } from "../constructs/pages-cdn.ts";
import { SignInPool } from "../constructs/sign-in.ts";
import { StaticFiles } from "../constructs/static-files.ts";
import { TriggerFunction } from "../constructs/trigger-function.ts";
import { fileVariables } from "../file-settings.ts";
import { handedOn, type Placement } from "../placement.ts";

/** The stack of the pages. */
export class WebStack extends Stack {
  readonly trigger: TriggerFunction;

  constructor(scope: Construct, id: string, placement: Placement) {
    super(scope, id, { description: "FIFO Fleet: pages for people" });
    const { settings } = placement;
    const { fleet, webDomain } = settings;
    const entrance = new HttpEntrance(this, "Http", {
      name: `${fleet}-web`,
      description: "FIFO Fleet: pages, behind the CDN",
      logGroupName: `/${fleet}/web-api`,
      throttle: { rateLimit: 200, burstLimit: 400 },
    });
    const files = new StaticFiles(this, "Static", fleet);
    const { distribution, origin } = new PagesCdn(this, "Cdn", { settings, files, apiHost: entrance.host });
    const signIn = new SignInPool(this, "SignIn", { fleet, origin });
    this.trigger = new TriggerFunction(this, "web", placement, {
      FLEET_WEB_ORIGIN: origin,
      FLEET_WEB_ISSUER: signIn.issuer,
      FLEET_WEB_CLIENT_ID: signIn.clientId,
      FLEET_WEB_SIGN_IN_ORIGIN: signIn.loginOrigin,
      FLEET_WEB_ASSETS: files.version,
      ...fileVariables(settings),
    });
    // The pages name files of their version, so these must be there first.
    this.trigger.lambda.node.addDependency(files);
    entrance.handOn(handedOn.apiOf(fleet, "web"));
    entrance.serveAll("web", this.trigger.lambda, { routes: passwordRoutes, throttle: passwordThrottle });
    new CfnOutput(this, "WebUrl", { value: origin });
    new CfnOutput(this, "UserPoolId", {
      description: "Let people in with: aws cognito-idp admin-create-user",
      value: signIn.pool.userPoolId,
    });
    if (webDomain)
      new CfnOutput(this, "WebDomainRecord", {
        value: `${webDomain} CNAME ${distribution.distributionDomainName}`,
      });
  }
}
