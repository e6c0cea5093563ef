// Builds one fleet from its stacks, in the order of their dependencies.
import type { Construct } from "constructs";
import { setCommonProperties } from "./common-properties.ts";
import { placementOf } from "./placement.ts";
import type { Settings } from "./settings.ts";
import { DataStack } from "./stacks/data.ts";
import { ImageStack } from "./stacks/image.ts";
import { MailStack } from "./stacks/mail.ts";
import { MessagingStack } from "./stacks/messaging.ts";
import { OperationsStack } from "./stacks/operations.ts";
import { TriggersStack } from "./stacks/triggers.ts";
import { WebStack } from "./stacks/web.ts";
import { WorkersStack } from "./stacks/workers.ts";

/** The stacks of a fleet. */
export type FleetStacks = {
  /** Undefined in a stage, whose pipeline has it. */
  image: ImageStack | undefined;
  messaging: MessagingStack;
  data: DataStack;
  triggers: TriggersStack;
  mail: MailStack | undefined;
  web: WebStack | undefined;
  workers: WorkersStack;
  operations: OperationsStack;
};

/** Stacks name each other's resources, so CDK does not see which of them must be there first. */
function deployInOrder({ image: _, messaging, data, operations, ...others }: FleetStacks): void {
  const users = Object.values(others).filter((stack) => stack !== undefined);
  data.addStackDependency(messaging);
  for (const user of users) user.addStackDependency(data);
  for (const user of users) operations.addStackDependency(user);
}

/** Adds a fleet to an app or to a stage of a pipeline, which brings the image's repository itself. */
export function addFleet(
  scope: Construct,
  settings: Settings,
  { ownImage = true }: { ownImage?: boolean } = {},
): FleetStacks {
  const placement = placementOf(settings);
  const { fleet, mailAddress, mailAliases = [] } = settings;
  const messaging = new MessagingStack(scope, `${fleet}-messaging`, placement);
  const data = new DataStack(scope, `${fleet}-data`, placement);
  const triggers = new TriggersStack(scope, `${fleet}-triggers`, placement);
  const mail = mailAddress
    ? new MailStack(scope, `${fleet}-mail`, placement, {
        address: mailAddress,
        aliases: mailAliases,
      })
    : undefined;
  const workers = new WorkersStack(scope, `${fleet}-workers`, placement);
  const web = settings.web ? new WebStack(scope, `${fleet}-web`, placement) : undefined;
  const operations = new OperationsStack(scope, `${fleet}-operations`, placement, workers);
  const image = ownImage ? new ImageStack(scope, settings) : undefined;
  // The image is pushed when the stacks that its stack depends on are there.
  if (image) workers.addStackDependency(image);
  const stacks = { image, messaging, data, triggers, mail, web, workers, operations };
  deployInOrder(stacks);
  for (const stack of Object.values(stacks)) if (stack) setCommonProperties(stack, settings);
  return stacks;
}
