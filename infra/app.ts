// The content of the app: one fleet, or the pipeline that delivers it when a repository is set.
import type { App } from "aws-cdk-lib";
import { addFleet } from "./fleet.ts";
import type { Settings } from "./settings.ts";
import { PipelineStack } from "./stacks/pipeline.ts";

/** Adds the stacks that the settings ask for. */
export function addStacks(app: App, settings: Settings): void {
  const { fleet, repository, branch, connectionArn } = settings;
  if (repository && connectionArn)
    new PipelineStack(app, `${fleet}-pipeline`, settings, { repository, branch, connectionArn });
  else addFleet(app, settings);
}
