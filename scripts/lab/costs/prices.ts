// Every price that the project computes with: list prices of us-east-1 in US dollars, before any free tier. Where each was seen
// and when is beside it; docs/costs.md shows the table.

/** The day on which the prices were looked up, in stored copies of pages. */
export const lookedUpOn = "2026-11-20";

type Price = {
  dollars: number;
  /** What the price is for. */
  per: string;
  /** Where it was seen, and of when; "from memory" where nothing was found. */
  seen: string;
};

const million = 1e6;

/** The prices, each for one unit of `per`. */
export const priceTable = {
  writeUnits: {
    dollars: 0.625 / million,
    per: "DynamoDB write unit, on demand",
    seen: "airbyte.com, July 2025",
  },
  readUnits: {
    dollars: 0.125 / million,
    per: "DynamoDB read unit, on demand",
    seen: "airbyte.com, July 2025",
  },
  sqsFifo: { dollars: 0.5 / million, per: "SQS FIFO request", seen: "cloudburn.io, March 2026" },
  sqsStandard: {
    dollars: 0.4 / million,
    per: "SQS request of a standard queue",
    seen: "factualminds.com, June 2026",
  },
  sns: { dollars: 0.5 / million, per: "SNS publication", seen: "factualminds.com, June 2026" },
  snsFifo: { dollars: 0.3 / million, per: "SNS FIFO publication", seen: "factualminds.com, June 2026" },
  s3Writes: { dollars: 5 / million, per: "S3 PUT, COPY, POST, LIST", seen: "from memory" },
  s3Reads: { dollars: 0.4 / million, per: "S3 GET and others", seen: "from memory" },
  lambdaCalls: { dollars: 0.2 / million, per: "Lambda call", seen: "AWS, September 2026" },
  lambdaGigabyteSecond: {
    dollars: 0.0000133334,
    per: "Lambda gigabyte-second, arm64",
    seen: "cloudchipr.com, 2024",
  },
  httpApiCalls: {
    dollars: 1 / million,
    per: "HTTP API request",
    seen: "appropri8-astro.pages.dev, December 2025",
  },
  cdnRequests: { dollars: 1 / million, per: "CloudFront HTTPS request", seen: "from memory" },
  sesMails: { dollars: 0.1 / 1000, per: "SES mail sent or received", seen: "from memory" },
  logGigabytes: { dollars: 0.5, per: "GB of logs taken in", seen: "factualminds.com, 2026" },
  alarmMetrics: { dollars: 0.1, per: "metric of an alarm, a month", seen: "c3x.dev, 2026" },
  compositeAlarms: { dollars: 0.5, per: "composite alarm, a month", seen: "from memory" },
  customMetrics: { dollars: 0.3, per: "custom metric, a month", seen: "signoz.io, 2026" },
  dashboards: { dollars: 3, per: "dashboard, a month", seen: "factualminds.com, 2026" },
  spotHours: {
    dollars: 0.035,
    per: "hour of a spot instance of two cores",
    seen: "assumed; changes by the hour",
  },
  onDemandHours: { dollars: 0.096, per: "hour of such an instance on demand", seen: "from memory" },
  addressHours: { dollars: 0.005, per: "hour of a public IPv4 address", seen: "doit.com, 2024" },
  volumeHours: { dollars: (16 * 0.08) / 730, per: "hour of 16 GB of gp3", seen: "cloudoptimo.com" },
  natHours: { dollars: 0.045, per: "hour of a NAT gateway, traffic apart", seen: "lucaraveri.com" },
} as const satisfies Record<string, Price>;

export type PriceName = keyof typeof priceTable;

/** Dollars for one of each. */
export const prices = Object.fromEntries(
  Object.entries(priceTable).map(([name, { dollars }]) => [name, dollars]),
) as Readonly<Record<PriceName, number>>;
