// The network of the instances: public subnets without inbound access, private subnets behind NAT gateways, or subnets of a
// VPC that exists. Traffic to S3 and DynamoDB uses gateway endpoints, which cost nothing; those of an existing VPC are its owner's.
import { RemovalPolicy } from "aws-cdk-lib";
import {
  FlowLogDestination,
  FlowLogTrafficType,
  GatewayVpcEndpointAwsService,
  IpAddresses,
  type IVpc,
  Peer,
  Port,
  SecurityGroup,
  Subnet,
  type SubnetSelection,
  SubnetType,
  Vpc,
} from "aws-cdk-lib/aws-ec2";
import { LogGroup, RetentionDays } from "aws-cdk-lib/aws-logs";
import { Construct } from "constructs";
import { endpointStatements } from "../endpoint-policies.ts";
import type { Placement } from "../placement.ts";
import type { Settings } from "../settings.ts";

/** A network for instances that make HTTPS calls and accept no connections. */
export class FleetNetwork extends Construct {
  readonly vpc: IVpc;
  readonly subnets: SubnetSelection;
  readonly securityGroup: SecurityGroup;

  constructor(scope: Construct, id: string, placement: Placement) {
    super(scope, id);
    const { settings } = placement;
    const { vpcId, subnetIds = [], privateSubnets } = settings;
    if (vpcId) {
      this.subnets = {
        subnets: subnetIds.map((subnet, index) => Subnet.fromSubnetId(this, `Subnet${index + 1}`, subnet)),
      };
      // Only its id is known: subnets are given one by one, and of its zones nothing is read.
      this.vpc = Vpc.fromVpcAttributes(this, "Vpc", { vpcId, availabilityZones: ["unknown"] });
    } else {
      this.subnets = { subnetType: privateSubnets ? SubnetType.PRIVATE_WITH_EGRESS : SubnetType.PUBLIC };
      this.vpc = this.#ownVpc(placement);
    }
    this.securityGroup = new SecurityGroup(this, "Workers", {
      vpc: this.vpc,
      description: "FIFO Fleet workers: no way in, HTTPS out",
      allowAllOutbound: false,
    });
    this.securityGroup.addEgressRule(Peer.anyIpv4(), Port.tcp(443), "AWS endpoints and the image's registry");
  }

  #ownVpc(placement: Placement): Vpc {
    const { fleet, zones, privateSubnets, natPerZone, vpcCidr } = placement.settings;
    const vpc = new Vpc(this, "Vpc", {
      vpcName: fleet,
      ipAddresses: IpAddresses.cidr(vpcCidr),
      maxAzs: zones,
      natGateways: natGatewaysOf({ privateSubnets, natPerZone, zones }),
      restrictDefaultSecurityGroup: false,
      subnetConfiguration: subnetsOf(vpcCidr, privateSubnets),
    });
    const services = { S3: GatewayVpcEndpointAwsService.S3, DynamoDb: GatewayVpcEndpointAwsService.DYNAMODB };
    const statements = endpointStatements(placement);
    for (const [name, service] of Object.entries(services)) {
      const endpoint = vpc.addGatewayEndpoint(name, { service });
      for (const statement of statements[name as keyof typeof services]) endpoint.addToPolicy(statement);
    }
    this.#logRefused(vpc, fleet);
    return vpc;
  }

  /** Logs refused connections only, because all accepted ones are the workers' own calls. */
  #logRefused(vpc: Vpc, fleet: string): void {
    const log = new LogGroup(this, "Refused", {
      logGroupName: `/${fleet}/network`,
      retention: RetentionDays.ONE_MONTH,
      removalPolicy: RemovalPolicy.DESTROY,
    });
    vpc.addFlowLog("Flow", {
      destination: FlowLogDestination.toCloudWatchLogs(log),
      trafficType: FlowLogTrafficType.REJECT,
    });
  }
}

function natGatewaysOf({
  privateSubnets,
  natPerZone,
  zones,
}: Pick<Settings, "privateSubnets" | "natPerZone" | "zones">) {
  if (!privateSubnets) return 0;
  return natPerZone ? zones : 1;
}

/** Each subnet has a sixteenth of the range: at most three zones of two subnets. */
function subnetsOf(vpcCidr: string, privateSubnets: boolean) {
  const cidrMask = Number(vpcCidr.split("/")[1]) + 4;
  return [
    { name: "public", subnetType: SubnetType.PUBLIC, cidrMask, mapPublicIpOnLaunch: !privateSubnets },
    ...(privateSubnets ? [{ name: "workers", subnetType: SubnetType.PRIVATE_WITH_EGRESS, cidrMask }] : []),
  ];
}
