// The settings of how a fleet fits into an account: its network, its tags, what is kept how long, what may be public, what it
// may cost.
import * as z from "zod";

/** The days that CloudWatch Logs offers for keeping a log. */
const retentionDays = [
  1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653,
] as const;

/** A word for true or false in a context. */
export const yes = z.union([
  z.boolean(),
  z.enum(["true", "false"], { error: "takes true or false" }).transform((text) => text === "true"),
]);

/** Texts between commas. */
export const list = z
  .string()
  .transform((text) => text.split(",").map((part) => part.trim()))
  .pipe(z.array(z.string().min(1)).min(1));

/** `key=value` between commas, as the tags of every resource. AWS takes 50; CDK and CloudFormation add some. */
const tags = list
  .pipe(
    z
      .array(
        z
          .string()
          .regex(
            /^(?!aws:)[\w.:/+@-]{1,128}=[\w .:/+@-]{1,256}$/i,
            "takes KEY=VALUE between commas, of letters, digits and . : / + @ - _, without the prefix aws:",
          ),
      )
      .max(40, "takes 40 tags at most"),
  )
  .transform((pairs) =>
    pairs.map((pair) => [pair.slice(0, pair.indexOf("=")), pair.slice(pair.indexOf("=") + 1)] as const),
  );

const ids = (kind: string, example: string) =>
  list.pipe(
    z.array(z.string().regex(new RegExp(`^${kind}-[0-9a-f]{8,17}$`), `takes ids such as ${example}`)),
  );

/** The context settings. */
export const accountContext = {
  /** An existing VPC instead of one of the fleet's own. */
  vpcId: z
    .string()
    .regex(/^vpc-[0-9a-f]{8,17}$/, "takes the id of a VPC, e.g. vpc-0123456789abcdef0")
    .optional(),
  /** The workers' subnets in it, one a zone, each with a way to the internet. */
  subnetIds: ids("subnet", "subnet-0123456789abcdef0").optional(),
  /** The addresses of the fleet's own VPC; /16 to /24, of which every subnet gets a sixteenth. */
  vpcCidr: z
    .string()
    .regex(
      /^(10|172\.(1[6-9]|2\d|3[01])|192\.168)(\.(\d|[1-9]\d|1\d\d|2[0-4]\d|25[0-5])){2,3}\/(1[6-9]|2[0-4])$/,
      "takes a private range of addresses from /16 to /24, e.g. 10.40.0.0/16",
    )
    .refine(startsItsRange, "must start at the first address of its range")
    .default("10.40.0.0/16"),
  /** A NAT gateway in every zone, so that a zone that fails takes no other with it; only with private subnets. */
  natPerZone: yes.default(false),
  /** Tags on everything that takes tags, beside the fleet's name. */
  tags: tags.optional(),
  /** Days that logs are kept. */
  logDays: z.coerce
    .number()
    .refine((days) => retentionDays.some((offered) => offered === days), {
      error: `takes one of ${retentionDays.join(", ")}`,
    })
    .default(30),
  /** False deploys no route for Slack, and no HTTP API for it. */
  slack: yes.default(true),
  /** Dollars a month above which AWS Budgets writes to `alarmMail`, for what carries the fleet's tag. */
  monthlyBudget: z.coerce
    .number({ error: "takes dollars a month" })
    .positive("takes dollars a month")
    .max(1_000_000, "takes 1,000,000 dollars a month at most")
    .optional(),
  /** X-Ray traces from each trigger to the jobs that follow from it. */
  tracing: yes.default(false),
};

/** Four numbers as one. */
const addressOf = (text: string) => text.split(".").reduce((sum, part) => sum * 256 + Number(part), 0);

function startsItsRange(cidr: string): boolean {
  const [address = "", bits = ""] = cidr.split("/");
  return address.split(".").length === 4 && addressOf(address) % 2 ** (32 - Number(bits)) === 0;
}

const context = z.object(accountContext);

/** Settings of this file that do not go together. */
export function accountContradictions(
  settings: z.infer<typeof context> & {
    privateSubnets: boolean;
    zones: number;
    alarmMail?: string | undefined;
  },
): string[] {
  const { vpcId, subnetIds, vpcCidr, natPerZone, privateSubnets, monthlyBudget, alarmMail } = settings;
  const own = accountContext.vpcCidr.parse(undefined);
  return [
    ...(vpcId && !subnetIds ? ["subnetIds: is missing; vpcId needs the workers' subnets in it"] : []),
    ...(subnetIds && !vpcId ? ["vpcId: is missing; subnetIds are of a VPC that exists"] : []),
    ...(vpcId && vpcCidr !== own
      ? ["vpcCidr: is for a VPC of the fleet's own, and vpcId names another"]
      : []),
    ...(vpcId && natPerZone ? ["natPerZone: is for a VPC of the fleet's own, and vpcId names another"] : []),
    ...(natPerZone && !privateSubnets ? ["natPerZone: needs privateSubnets, which use the gateways"] : []),
    ...(monthlyBudget && !alarmMail ? ["alarmMail: is missing; monthlyBudget writes to it"] : []),
  ];
}
