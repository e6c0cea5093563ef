// The stack of the image's repository. It is deployed before the image is pushed: beside the other stacks, or, with a pipeline,
// by the pipeline's own update, since a pipeline pushes all images before it deploys any stage.
import { type Environment, Stack } from "aws-cdk-lib";
import type { Construct } from "constructs";
import { ImageRepository } from "../constructs/image-repository.ts";
import type { Settings } from "../settings.ts";

/** The stack of the image. */
export class ImageStack extends Stack {
  constructor(
    scope: Construct,
    settings: Settings,
    { env, pushers = [] }: { env?: Environment | undefined; pushers?: readonly string[] } = {},
  ) {
    const { fleet } = settings;
    super(scope, `${fleet}-image`, {
      description: "FIFO Fleet: repository of the worker image",
      ...(env && { env }),
    });
    new ImageRepository(this, "Image", { fleet, pushers });
  }
}
