// What an app holds: one fleet, or the pipeline that delivers it, where a repository is set.
import type { App } from "aws-cdk-lib";
import { addFleet } from "./fleet.ts";
import type { Settings } from "./settings.ts";
import { PipelineStack } from "./stacks/pipeline.ts";

/** Adds what the settings ask for. */
export function fill(app: App, settings: Settings): void {
  const { fleet, repository, branch, connectionArn } = settings;
  if (repository && connectionArn)
    new PipelineStack(app, `${fleet}-pipeline`, settings, { repository, branch, connectionArn });
  else addFleet(app, settings);
}
