// What page views cost, from counted calls. The prices are those of docs/costs.md, with where they come from; list prices of
// us-east-1 in dollars, without any free tier.

/** Dollars for a million of each; for Lambda's memory a gigabyte-second. */
export const prices = {
  readUnits: 0.125,
  writeUnits: 0.625,
  lambdaCalls: 0.2,
  lambdaGigabyteSecond: 0.0000133334,
  httpApiCalls: 1,
  cdnRequests: 1,
  s3Reads: 0.4,
  s3Writes: 5,
} as const;

/** Memory of the pages' function (infra/constructs/trigger-function.ts). */
const gigabytes = 1;

/** What one request takes on average. */
export type AverageRequest = {
  milliseconds: number;
  readUnits: number;
  writeUnits: number;
  calls: Readonly<Record<string, number>>;
};

const s3Writes = /^s3 (Put|Copy|Post|Create|Complete|UploadPart|List)/;

/** Dollars for a thousand such requests, by service. */
export function costOfThousand({ milliseconds, readUnits, writeUnits, calls }: AverageRequest) {
  const million = 1e6;
  const s3 = Object.entries(calls)
    .filter(([name]) => name.startsWith("s3 "))
    .reduce(
      (sum, [name, count]) => sum + count * (s3Writes.test(name) ? prices.s3Writes : prices.s3Reads),
      0,
    );
  const cost = {
    cdn: (1000 * prices.cdnRequests) / million,
    httpApi: (1000 * prices.httpApiCalls) / million,
    lambda: (1000 * prices.lambdaCalls) / million + milliseconds * gigabytes * prices.lambdaGigabyteSecond,
    dynamodb: (1000 * (readUnits * prices.readUnits + writeUnits * prices.writeUnits)) / million,
    s3: (1000 * s3) / million,
  };
  return { ...cost, sum: Object.values(cost).reduce((sum, part) => sum + part, 0) };
}
