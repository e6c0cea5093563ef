// The metrics that our code really prints: every emitter is run once, and its lines are read as CloudWatch reads them.
import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { type EmfMetric, readEmf } from "../../scripts/local/cloudwatch/emf.ts";
import { metricLine, metricsOf } from "../../triggers/metrics-due/metric-line.ts";
import { ageLine } from "../../triggers/outbox-due/age-line.ts";
import { Metrics } from "../../worker/process/metrics.ts";

/** Every metric of a fleet, from a worker, its host and the triggers. */
export async function emittedMetrics(fleet: string): Promise<EmfMetric[]> {
  const lines: string[] = [];
  const metrics = new Metrics({ fleet, version: "v", now: Date.now, print: (line) => void lines.push(line) });
  for (const outcome of [
    "completed",
    "retried",
    "rejected",
    "dead-lettered",
    "returned",
    "put off",
    "lost",
  ] as const)
    metrics.outcome("send-mail", outcome);
  metrics.leaseLost("send-mail");
  metrics.replayed("send-mail");
  metrics.run("send-mail", { waitMs: 1, runMs: 1 });
  metrics.flush({ busySlots: 1, idleSlots: 1 });
  lines.push(countLine(fleet), ageLine(fleet, { relayed: 0, failed: 0, oldestSeconds: 1 }, Date.now()));
  lines.push(
    ...["InstancesFailed Count 1", "BootSeconds Seconds 1"].map((metric) => hostLine(fleet, metric)),
  );
  return lines.flatMap(readEmf);
}

function countLine(fleet: string): string {
  const decision = {
    ...{
      at: Date.now() / 1000,
      reason: "steady" as const,
      wanted: 1,
      desired: 1,
      gap: 0,
      inService: 1,
      need: 1,
    },
    ...{ backlogSeconds: 0, busySlots: 0, idleSlots: 0, groups: 0, ended: 0, kinds: {} },
  };
  const counts = { kinds: {}, dead: {}, failedEvents: {} };
  const figures = metricsOf(counts, decision, { dead: 0, failedEvents: 0 });
  return metricLine(fleet, figures, decision, { fine: false });
}

/** What the scripts of an instance ship, made by their own function. */
function hostLine(fleet: string, metric: string): string {
  const root = mkdtempSync(join(tmpdir(), "fifo-fleet-host-"));
  try {
    mkdirSync(join(root, "etc/fifo-fleet"), { recursive: true });
    writeFileSync(join(root, "etc/fifo-fleet/fleet.env"), `FLEET='${fleet}'\nVERSION='v'\n`);
    const script = resolve(import.meta.dirname, "../../infra/boot/tell.sh");
    return execFileSync("bash", ["-c", `. "${script}"; metric ${metric}`], {
      env: { PATH: process.env.PATH, FIFO_FLEET_ROOT: root },
      encoding: "utf8",
      stdio: ["ignore", "pipe", "inherit"],
    });
  } finally {
    rmSync(root, { recursive: true, force: true });
  }
}
