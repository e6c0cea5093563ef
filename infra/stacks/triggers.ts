// The stack of triggers and their event sources: topics, table streams, schedules, and the HTTP API for routes. The pages
// are a stack of their own (web.ts).
import { CfnOutput, Stack } from "aws-cdk-lib";
import { StringParameter } from "aws-cdk-lib/aws-ssm";
import type { Construct } from "constructs";
import { type EventSource, eventSources, type TriggerName } from "../../triggers/catalog/event-sources.ts";
import { callBySchedule, callByStreams, callByTopic } from "../constructs/event-sources.ts";
import { HttpEntrance } from "../constructs/http-entrance.ts";
import { TriggerFunction } from "../constructs/trigger-function.ts";
import { handedOn, type Placement } from "../placement.ts";

/** The triggers of this stack. */
type Name = Exclude<TriggerName, "web">;

const names = Object.entries<EventSource>(eventSources).flatMap(([name, { from }]) =>
  from === "pages" ? [] : [name as Name],
);

/** The stack of triggers. */
export class TriggersStack extends Stack {
  /** Without `slack`, those with routes are not there. */
  readonly functions: Readonly<Partial<Record<Name, TriggerFunction>>>;
  /** The HTTP API, if a trigger has routes. */
  readonly entrance: HttpEntrance | undefined;

  constructor(scope: Construct, id: string, placement: Placement) {
    super(scope, id, { description: "FIFO Fleet: triggers" });
    const { fleet, slack } = placement.settings;
    const deployed = names.filter((name) => slack || eventSources[name].from !== "http");
    const functions = deployed.map(
      (name) => [name, new TriggerFunction(this, name, placement, environmentOf(name, placement))] as const,
    );
    this.functions = Object.fromEntries(functions);
    const routed = functions.some(([, { source }]) => source.from === "http");
    this.entrance = routed
      ? new HttpEntrance(this, "Http", {
          name: fleet,
          description: "FIFO Fleet: routes of triggers",
          logGroupName: `/${fleet}/http-api`,
          throttle: { rateLimit: 50, burstLimit: 100 },
        })
      : undefined;
    for (const [name, trigger] of functions) this.#connect(name, trigger, placement);
    if (this.entrance === undefined) return;
    new CfnOutput(this, "HttpUrl", { value: this.entrance.url });
    // Commands look up the API's URL here.
    new StringParameter(this, "ApiUrl", {
      parameterName: placement.names.parameters.apiUrl,
      stringValue: this.entrance.url,
    });
    this.entrance.handOn(handedOn.apiOf(fleet, "triggers"));
  }

  #connect(name: Name, trigger: TriggerFunction, placement: Placement) {
    const { source, lambda } = trigger;
    switch (source.from) {
      case "topic":
        return callByTopic(trigger, placement, source.topic);
      case "streams":
        return callByStreams(trigger, placement, source);
      case "schedule":
        return callBySchedule(trigger, source.everyMinutes);
      case "http":
        return this.entrance?.serve(name, lambda, source);
    }
  }
}

/** What a trigger is told besides the fleet's names. */
function environmentOf(
  name: Name,
  { settings: { targetWait, countSeconds } }: Placement,
): Record<string, string> {
  return name === "metrics-due"
    ? { FLEET_TARGET_WAIT_SECONDS: targetWait, FLEET_COUNT_SECONDS: String(countSeconds) }
    : {};
}
