// The repository of a fleet's worker image: scanned on push, tags that never move, old images forgotten. And the role that CDK
// pushes the image by, since CDK's own may only push to the repository that all apps of an account share.
import { Aws, Duration, RemovalPolicy, Tags } from "aws-cdk-lib";
import { Repository, TagMutability, TagStatus } from "aws-cdk-lib/aws-ecr";
import { AccountPrincipal, CompositePrincipal, PolicyStatement, Role } from "aws-cdk-lib/aws-iam";
import { Construct } from "constructs";
import { acknowledge } from "../acknowledge.ts";

/** The name of a fleet's repository. */
export const imageRepositoryName = (fleet: string): string => `${fleet}-worker`;

/** The name of the role that pushes to it. Roles are of an account, repositories of a region. */
const publishingRoleName = (fleet: string, region: string) => `${fleet}-image-publishing-${region}`;

/** The role's ARN with the placeholders that CDK's tools replace. */
export const publishingRoleArn = (fleet: string): string =>
  `arn:\${AWS::Partition}:iam::\${AWS::AccountId}:role/${publishingRoleName(fleet, `\${AWS::Region}`)}`;

/** Images that are kept. A fleet that is rolled back needs one of the last. */
const keptImages = 20;

const push = [
  "ecr:BatchCheckLayerAvailability",
  "ecr:BatchGetImage",
  "ecr:CompleteLayerUpload",
  "ecr:DescribeImages",
  "ecr:DescribeRepositories",
  "ecr:GetDownloadUrlForLayer",
  "ecr:InitiateLayerUpload",
  "ecr:PutImage",
  "ecr:UploadLayerPart",
];

/** The repository and its publishing role. */
export class ImageRepository extends Construct {
  readonly repository: Repository;

  /** @param pushers accounts beside the fleet's own that push to it, such as the pipeline's */
  constructor(
    scope: Construct,
    id: string,
    { fleet, pushers }: { fleet: string; pushers: readonly string[] },
  ) {
    super(scope, id);
    this.repository = new Repository(this, "Repository", {
      repositoryName: imageRepositoryName(fleet),
      imageTagMutability: TagMutability.IMMUTABLE,
      imageScanOnPush: true,
      // An image can be built again, and one that stays would be in the way of the next fleet of this name.
      removalPolicy: RemovalPolicy.DESTROY,
      emptyOnDelete: true,
      lifecycleRules: [
        { rulePriority: 1, tagStatus: TagStatus.UNTAGGED, maxImageAge: Duration.days(7) },
        { rulePriority: 2, tagStatus: TagStatus.ANY, maxImageCount: keptImages },
      ],
    });
    this.#publishingRole(fleet, pushers);
  }

  #publishingRole(fleet: string, pushers: readonly string[]): void {
    const accounts = [Aws.ACCOUNT_ID, ...pushers];
    const role = new Role(this, "Publishing", {
      roleName: publishingRoleName(fleet, Aws.REGION),
      description: `FIFO Fleet: pushes the worker image of ${fleet}`,
      assumedBy: new CompositePrincipal(...accounts.map((account) => new AccountPrincipal(account))),
    });
    role.addToPolicy(new PolicyStatement({ actions: push, resources: [this.repository.repositoryArn] }));
    role.addToPolicy(new PolicyStatement({ actions: ["ecr:GetAuthorizationToken"], resources: ["*"] }));
    // CDK's pipeline may assume the roles that carry this tag.
    Tags.of(role).add("aws-cdk:bootstrap-role", "image-publishing");
    acknowledge(role, {
      "IAM5[Resource::*]": "ecr:GetAuthorizationToken supports no resource; it gives no access to an image.",
    });
  }
}
