// An HTTP API in front of functions: throttled and logged, but without authorisation. Each function checks its callers
// itself: Slack signs its requests, and the pages have sessions.
import { Aws, Duration, RemovalPolicy } from "aws-cdk-lib";
import { AccessLogFormat } from "aws-cdk-lib/aws-apigateway";
import {
  type CfnStage,
  HttpApi,
  HttpMethod,
  HttpRoute,
  HttpRouteKey,
  HttpStage,
  LogGroupLogDestination,
  type ThrottleSettings,
} from "aws-cdk-lib/aws-apigatewayv2";
import { HttpLambdaIntegration } from "aws-cdk-lib/aws-apigatewayv2-integrations";
import type { IFunction } from "aws-cdk-lib/aws-lambda";
import { LogGroup, RetentionDays } from "aws-cdk-lib/aws-logs";
import { StringParameter } from "aws-cdk-lib/aws-ssm";
import { Construct } from "constructs";
import type { HttpSource } from "../../triggers/catalog/event-sources.ts";
import { acknowledge } from "../acknowledge.ts";

/** An HTTP API. */
export type HttpEntranceProps = {
  name: string;
  description: string;
  logGroupName: string;
  /** Requests per second on average, and at once. Requests above are answered with 429. */
  throttle: ThrottleSettings;
};

/** Routes that let fewer requests through than the others. */
export type NarrowRoutes = {
  routes: readonly { method: "GET" | "POST"; path: string }[];
  throttle: ThrottleSettings;
};

const letsNobodyIn = { APIG4: "The app declares who may use each of its routes, and lets nobody else in." };

/** An HTTP API of a fleet. */
export class HttpEntrance extends Construct {
  readonly api: HttpApi;
  readonly #stage: HttpStage;

  constructor(
    scope: Construct,
    id: string,
    { name, description, logGroupName, throttle }: HttpEntranceProps,
  ) {
    super(scope, id);
    this.api = new HttpApi(this, "Api", { apiName: name, description, createDefaultStage: false });
    const log = new LogGroup(this, "AccessLog", {
      logGroupName,
      retention: RetentionDays.ONE_MONTH,
      removalPolicy: RemovalPolicy.DESTROY,
    });
    this.#stage = new HttpStage(this, "Stage", {
      httpApi: this.api,
      stageName: "$default",
      autoDeploy: true,
      throttle,
      accessLogSettings: {
        destination: new LogGroupLogDestination(log),
        // No path, query string, address or header: they may contain what people wrote, and the tokens of links.
        format: AccessLogFormat.custom(
          JSON.stringify({
            requestId: "$context.requestId",
            time: "$context.requestTime",
            route: "$context.routeKey",
            status: "$context.status",
            latencyMs: "$context.responseLatency",
            error: "$context.integrationErrorMessage",
          }),
        ),
      },
    });
  }

  /** Adds the routes of a trigger. */
  serve(name: string, lambda: IFunction, { routes }: HttpSource): void {
    const integration = new HttpLambdaIntegration(name, lambda, { timeout: Duration.seconds(10) });
    for (const { method, path } of routes) {
      const added = this.api.addRoutes({ path, methods: [HttpMethod[method]], integration });
      for (const route of added)
        acknowledge(route, { APIG4: "Its trigger checks the signature of every request and fails closed." });
    }
  }

  /** Sends every request to one function. Some routes have limits of their own. */
  serveAll(name: string, lambda: IFunction, narrow: NarrowRoutes = { routes: [], throttle: {} }): void {
    const integration = new HttpLambdaIntegration(name, lambda, { timeout: Duration.seconds(10) });
    const route = new HttpRoute(this, "All", {
      httpApi: this.api,
      routeKey: HttpRouteKey.DEFAULT,
      integration,
    });
    acknowledge(route, letsNobodyIn);
    const settings: Record<string, object> = {};
    for (const { method, path } of narrow.routes) {
      const [own] = this.api.addRoutes({ path, methods: [HttpMethod[method]], integration });
      if (own === undefined) continue;
      acknowledge(own, letsNobodyIn);
      // Settings of a route that is not there yet are refused.
      this.#stage.node.addDependency(own);
      settings[`${method} ${path}`] = {
        ThrottlingRateLimit: narrow.throttle.rateLimit,
        ThrottlingBurstLimit: narrow.throttle.burstLimit,
      };
    }
    if (narrow.routes.length > 0) (this.#stage.node.defaultChild as CfnStage).routeSettings = settings;
  }

  /** Writes the API's id into a parameter, for the alarms on its errors. */
  handOn(parameterName: string): void {
    new StringParameter(this, "Id", { parameterName, stringValue: this.api.apiId });
  }

  /** The host name of the API. */
  get host(): string {
    return `${this.api.apiId}.execute-api.${Aws.REGION}.${Aws.URL_SUFFIX}`;
  }

  /** The URL of the API. */
  get url(): string {
    return `https://${this.host}`;
  }
}
