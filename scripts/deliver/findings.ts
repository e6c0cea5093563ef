// Which findings of an image's scan stop a delivery. Knows ECR's basic scan and Inspector's.
import type {
  DescribeImageScanFindingsCommandOutput,
  EnhancedImageScanFinding,
  ImageScanFinding,
} from "@aws-sdk/client-ecr";
import * as z from "zod";

/** A finding, of either scanner. */
export type Finding = {
  /** Such as CVE-2026-1234. */
  id: string;
  severity: string;
  /** Package and version, where the scanner names them. */
  in: string;
  /** Undefined where the scanner does not say, as the basic scan. */
  fixed: boolean | undefined;
};

const basic = ({ name = "unnamed", severity = "UNDEFINED", attributes = [] }: ImageScanFinding): Finding => {
  const value = (key: string) => attributes.find((attribute) => attribute.key === key)?.value ?? "";
  return {
    id: name,
    severity,
    in: `${value("package_name")} ${value("package_version")}`.trim(),
    fixed: undefined,
  };
};

function enhanced({
  packageVulnerabilityDetails: details,
  title,
  severity = "UNTRIAGED",
  fixAvailable,
}: EnhancedImageScanFinding): Finding {
  const [found] = details?.vulnerablePackages ?? [];
  return {
    id: details?.vulnerabilityId ?? title ?? "unnamed",
    severity,
    in: `${found?.name ?? ""} ${found?.version ?? ""}`.trim(),
    fixed: fixAvailable === "YES",
  };
}

/** The findings on a page of ECR's answer. */
export const findingsOf = ({
  imageScanFindings = {},
}: Pick<DescribeImageScanFindingsCommandOutput, "imageScanFindings">): Finding[] => [
  ...(imageScanFindings.findings ?? []).map(basic),
  ...(imageScanFindings.enhancedFindings ?? []).map(enhanced),
];

/** Findings that a person has looked at: by id, why they do no harm here, and until when that holds. */
export const acceptedSchema = z.record(
  z.string(),
  z.strictObject({ because: z.string().min(10), until: z.iso.date() }),
);

export type Accepted = z.infer<typeof acceptedSchema>;

/**
 * The findings that stop a delivery: what is critical, and what is high and has a fix. Debian lists many high ones that it does
 * not fix; they are shown and stop nothing.
 * @param today as YYYY-MM-DD
 */
export const stopping = (findings: readonly Finding[], accepted: Accepted, today: string): Finding[] =>
  findings.filter(({ id, severity, fixed }) => {
    const until = accepted[id]?.until;
    if (until !== undefined && until >= today) return false;
    return severity === "CRITICAL" || (severity === "HIGH" && fixed === true);
  });
