// A function that CloudFormation calls during a deployment, behind a custom resource.
import { type CfnResource, CustomResource, type Duration } from "aws-cdk-lib";
import { type PolicyStatement, Role, ServicePrincipal } from "aws-cdk-lib/aws-iam";
import { Architecture, Function as LambdaFunction, Runtime } from "aws-cdk-lib/aws-lambda";
import type { ILogGroup } from "aws-cdk-lib/aws-logs";
import { Construct, type IConstruct } from "constructs";
import { functionCode } from "./function-code.ts";

export type DeployFunctionProps = {
  functionName: string;
  /** What it does, for the function and its role. */
  description: string;
  /** The module with the handler, from the project's folder. */
  entry: string;
  timeout: Duration;
  /** What it may do besides writing its log. */
  statements: readonly PolicyStatement[];
  logGroup: ILogGroup;
};

/** The function and its role. */
export class DeployFunction extends Construct {
  readonly role: Role;
  readonly lambda: LambdaFunction;
  /** CloudFormation waits so long for the answer, seconds. */
  readonly #answersWithin: number;

  constructor(scope: Construct, id: string, props: DeployFunctionProps) {
    super(scope, id);
    const { functionName, description, entry, timeout, statements, logGroup } = props;
    this.#answersWithin = timeout.toSeconds() + 60;
    this.role = new Role(this, "Role", {
      description: `FIFO Fleet: ${description}`,
      assumedBy: new ServicePrincipal("lambda.amazonaws.com"),
    });
    for (const statement of statements) this.role.addToPolicy(statement);
    logGroup.grantWrite(this.role);
    this.lambda = new LambdaFunction(this, "Function", {
      functionName,
      description: `FIFO Fleet: ${description}`,
      code: functionCode(entry),
      handler: "index.handler",
      runtime: Runtime.NODEJS_24_X,
      architecture: Architecture.ARM_64,
      memorySize: 256,
      timeout,
      // It answers CloudFormation whatever happens; a repetition would do its work again.
      retryAttempts: 0,
      role: this.role,
      logGroup,
    });
    // Without its rights the function could not do what CloudFormation waits for.
    this.lambda.node.addDependency(this.role);
  }

  /**
   * A resource whose creation, changes and deletion call the function.
   * @param after what exists before it is created, and still exists when it is deleted
   */
  resource(
    id: string,
    { properties, after }: { properties: Record<string, unknown>; after: readonly IConstruct[] },
  ): void {
    const resource = new CustomResource(this, id, { serviceToken: this.lambda.functionArn, properties });
    // CDK would write it as a text.
    (resource.node.defaultChild as CfnResource).addPropertyOverride("ServiceTimeout", this.#answersWithin);
    resource.node.addDependency(this.lambda, ...after);
  }
}
