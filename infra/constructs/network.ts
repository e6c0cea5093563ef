// The network of the instances: public subnets without inbound access, or private subnets behind a NAT gateway. Traffic to
// S3 and DynamoDB uses gateway endpoints, which cost nothing.
import { RemovalPolicy } from "aws-cdk-lib";
import {
  FlowLogDestination,
  FlowLogTrafficType,
  GatewayVpcEndpointAwsService,
  IpAddresses,
  Peer,
  Port,
  SecurityGroup,
  type SubnetSelection,
  SubnetType,
  Vpc,
} from "aws-cdk-lib/aws-ec2";
import { LogGroup, RetentionDays } from "aws-cdk-lib/aws-logs";
import { Construct } from "constructs";
import type { Settings } from "../settings.ts";

/** A network for instances that make HTTPS calls and accept no connections. */
export class FleetNetwork extends Construct {
  readonly vpc: Vpc;
  readonly subnets: SubnetSelection;
  readonly securityGroup: SecurityGroup;

  constructor(scope: Construct, id: string, { fleet, zones, privateSubnets }: Settings) {
    super(scope, id);
    this.subnets = { subnetType: privateSubnets ? SubnetType.PRIVATE_WITH_EGRESS : SubnetType.PUBLIC };
    this.vpc = new Vpc(this, "Vpc", {
      vpcName: fleet,
      ipAddresses: IpAddresses.cidr("10.40.0.0/16"),
      maxAzs: zones,
      natGateways: privateSubnets ? 1 : 0,
      restrictDefaultSecurityGroup: false,
      subnetConfiguration: [
        { name: "public", subnetType: SubnetType.PUBLIC, cidrMask: 20, mapPublicIpOnLaunch: !privateSubnets },
        ...(privateSubnets
          ? [{ name: "workers", subnetType: SubnetType.PRIVATE_WITH_EGRESS, cidrMask: 20 }]
          : []),
      ],
      gatewayEndpoints: {
        S3: { service: GatewayVpcEndpointAwsService.S3 },
        DynamoDb: { service: GatewayVpcEndpointAwsService.DYNAMODB },
      },
    });
    this.#logRefused(fleet);
    this.securityGroup = new SecurityGroup(this, "Workers", {
      vpc: this.vpc,
      description: "FIFO Fleet workers: no way in, HTTPS out",
      allowAllOutbound: false,
    });
    this.securityGroup.addEgressRule(Peer.anyIpv4(), Port.tcp(443), "AWS endpoints and the image's registry");
  }

  /** Logs refused connections only, because all accepted ones are the workers' own calls. */
  #logRefused(fleet: string): void {
    const log = new LogGroup(this, "Refused", {
      logGroupName: `/${fleet}/network`,
      retention: RetentionDays.ONE_MONTH,
      removalPolicy: RemovalPolicy.DESTROY,
    });
    this.vpc.addFlowLog("Flow", {
      destination: FlowLogDestination.toCloudWatchLogs(log),
      trafficType: FlowLogTrafficType.REJECT,
    });
  }
}
