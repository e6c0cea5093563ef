// The HTTP API in front of the triggers with routes: throttled and logged, but without authorisation. Each trigger checks
// its callers itself (Slack signs its requests); pages for signed-in people come with the web stack.
import { Aws, Duration, RemovalPolicy } from "aws-cdk-lib";
import { AccessLogFormat } from "aws-cdk-lib/aws-apigateway";
import { HttpApi, HttpMethod, HttpStage, LogGroupLogDestination } from "aws-cdk-lib/aws-apigatewayv2";
import { HttpLambdaIntegration } from "aws-cdk-lib/aws-apigatewayv2-integrations";
import type { IFunction } from "aws-cdk-lib/aws-lambda";
import { LogGroup, RetentionDays } from "aws-cdk-lib/aws-logs";
import { Construct } from "constructs";
import type { HttpSource } from "../../triggers/catalog/event-sources.ts";
import { acknowledge } from "../acknowledge.ts";

/** Requests per second on average, and at once. Requests above are answered with 429. */
export const throttle = { rateLimit: 50, burstLimit: 100 } as const;

/** The API of a fleet. */
export class HttpEntrance extends Construct {
  readonly api: HttpApi;

  constructor(scope: Construct, id: string, fleet: string) {
    super(scope, id);
    this.api = new HttpApi(this, "Api", {
      apiName: fleet,
      description: "FIFO Fleet: routes of triggers",
      createDefaultStage: false,
    });
    const log = new LogGroup(this, "AccessLog", {
      logGroupName: `/${fleet}/http-api`,
      retention: RetentionDays.ONE_MONTH,
      removalPolicy: RemovalPolicy.DESTROY,
    });
    new HttpStage(this, "Stage", {
      httpApi: this.api,
      stageName: "$default",
      autoDeploy: true,
      throttle,
      accessLogSettings: {
        destination: new LogGroupLogDestination(log),
        // No query string, address or header: requests may contain what people wrote.
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

  /** The URL of the API. */
  get url(): string {
    return `https://${this.api.apiId}.execute-api.${Aws.REGION}.${Aws.URL_SUFFIX}`;
  }
}
