// What page views cost, from counted calls and the project's table of prices.
import { prices } from "../../costs/prices.ts";

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
  const s3 = Object.entries(calls)
    .filter(([name]) => name.startsWith("s3 "))
    .reduce(
      (sum, [name, count]) => sum + count * (s3Writes.test(name) ? prices.s3Writes : prices.s3Reads),
      0,
    );
  const cost = {
    cdn: 1000 * prices.cdnRequests,
    httpApi: 1000 * prices.httpApiCalls,
    lambda: 1000 * prices.lambdaCalls + milliseconds * gigabytes * prices.lambdaGigabyteSecond,
    dynamodb: 1000 * (readUnits * prices.readUnits + writeUnits * prices.writeUnits),
    s3: 1000 * s3,
  };
  return { ...cost, sum: Object.values(cost).reduce((sum, part) => sum + part, 0) };
}
