// One run of `npm run scan-image`.
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import {
  DescribeImageScanFindingsCommand,
  type DescribeImageScanFindingsCommandOutput,
  ECRClient,
  ScanNotFoundException,
} from "@aws-sdk/client-ecr";
import { FleetError } from "../../worker/fleet/errors.ts";
import {
  type CommandStreams,
  createCommand,
  exitCodes,
  readCommand,
  runCommand,
} from "../../worker/process/command.ts";
import { numberFrom } from "../cli/number-options.ts";
import { acceptedSchema, type Finding, findingsOf, stopping } from "./findings.ts";

const acceptedFile = join(import.meta.dirname, "accepted-findings.json");

/** The image was not scanned. */
class NotScanned extends FleetError {}

type Arguments = { repository: string; tag: string; timeout: number; accepted: string };

function readArguments(args: readonly string[], streams: CommandStreams): Arguments {
  const command = createCommand("scan-image", streams)
    .description(
      "Waits for ECR's scan of an image, and fails for critical findings and for high ones that have a fix.",
    )
    .requiredOption("--repository <name>", "the image's repository")
    .requiredOption("--tag <tag>", "the image's tag")
    .option("--timeout <seconds>", "how long to wait for the scan", numberFrom(1, 3600), 900)
    .option("--accepted <file>", "JSON of findings that a person accepted", acceptedFile)
    .addHelpText(
      "after",
      '\nThe accepted ones: {"CVE-2026-1": {"because": "the reason", "until": "2027-01-31"}}.',
    );
  return readCommand(command, args).opts<Arguments>();
}

/** Runs the command and returns its exit code: 1 for an image that may not be deployed, or was not scanned. */
export function runScanImage(args: readonly string[], streams: CommandStreams): Promise<number> {
  return runCommand("scan-image", () => scanImage(readArguments(args, streams), streams), streams);
}

async function scanImage(
  { accepted: file, ...image }: Arguments,
  { stdout, stderr }: CommandStreams,
): Promise<number> {
  const accepted = acceptedSchema.parse(JSON.parse(await readFile(file, "utf8")));
  const ecr = new ECRClient();
  try {
    const findings = await scanned(ecr, image);
    const stops = stopping(findings, accepted, new Date().toISOString().slice(0, 10));
    stdout.write(`${image.repository}:${image.tag}: ${summary(findings)}\n`);
    for (const finding of stops) stderr.write(`scan-image: ${inWords(finding)}\n`);
    return stops.length === 0 ? exitCodes.done : exitCodes.failed;
  } finally {
    ecr.destroy();
  }
}

const inWords = ({ id, severity, in: where, fixed }: Finding) =>
  `${id} (${severity.toLowerCase()}) in ${where || "the image"}${fixed ? ", which has a fix" : ""}`;

function summary(findings: readonly Finding[]): string {
  const bySeverity = Map.groupBy(findings, ({ severity }) => severity.toLowerCase());
  const counts = [...bySeverity].map(([severity, of]) => `${of.length} ${severity}`);
  return counts.length === 0 ? "nothing was found" : counts.join(", ");
}

/** Waits for the scan. @throws NotScanned when it failed or does not end */
async function scanned(
  ecr: ECRClient,
  { repository, tag, timeout }: Omit<Arguments, "accepted">,
): Promise<Finding[]> {
  const deadline = performance.now() + timeout * 1000;
  const ask = (nextToken?: string) =>
    ecr.send(
      new DescribeImageScanFindingsCommand({
        repositoryName: repository,
        imageId: { imageTag: tag },
        ...(nextToken && { nextToken }),
      }),
    );
  for (;;) {
    const answer = await ask().catch(unlessNotBegun);
    const status = answer?.imageScanStatus?.status ?? "PENDING";
    // Inspector's scans stay active: it looks at the image again when it learns of new findings.
    if (answer && (status === "COMPLETE" || status === "ACTIVE")) return allPages(answer, ask);
    if (!["PENDING", "IN_PROGRESS"].includes(status))
      throw new NotScanned(
        `${repository}:${tag} was not scanned: ${status} ${answer?.imageScanStatus?.description ?? ""}`.trim(),
      );
    if (performance.now() > deadline)
      throw new NotScanned(`${repository}:${tag} was not scanned within ${timeout} s`);
    await wait(Math.min(5000, timeout * 100));
  }
}

/** A scan that has not begun is not there yet. */
function unlessNotBegun(error: unknown): undefined {
  if (error instanceof ScanNotFoundException) return undefined;
  throw error;
}

async function allPages(
  first: DescribeImageScanFindingsCommandOutput,
  ask: (token: string) => Promise<DescribeImageScanFindingsCommandOutput>,
): Promise<Finding[]> {
  const findings = findingsOf(first);
  for (let { nextToken } = first; nextToken; ) {
    const page = await ask(nextToken);
    findings.push(...findingsOf(page));
    nextToken = page.nextToken;
  }
  return findings;
}
