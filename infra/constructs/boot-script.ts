// The user data of a new instance: the worker's systemd unit, the units and scripts of infra/boot/ that watch it, and the
// script that boots. Texts only.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { drainBudget } from "../drain-budget.ts";
import { liveChecks, readyHook, unitStarts } from "../instance-life.ts";

/** The values in the script. All of them may contain CDK references, and none a quote. */
export type BootOptions = {
  region: string;
  /** The image, including its registry. */
  image: string;
  /** The registry alone. */
  registry: string;
  logGroup: string;
  fleet: string;
  /** The Auto Scaling group of the instance. */
  group: string;
  /** What runs: the image's version and that of its settings. */
  version: string;
  /** The container's environment. It has no secrets: the instance's role is the only credential. */
  environment: Readonly<Record<string, string>>;
};

const container = "fifo-fleet-worker";
const folder = "/usr/local/lib/fifo-fleet";

const part = (file: string) => readFileSync(join(import.meta.dirname, "../boot", file), "utf8");

/** A variable of the unit's environment file, in systemd's syntax for commands. */
const variable = (name: "INSTANCE_ID" | "MEMORY_MB" | "TMP_MB") => `$\{${name}}`;

/**
 * The container's limits. The root file system is read-only and only /tmp is writable, so decode directories vanish with
 * the container. All capabilities are dropped; the confinement of sandbox children (seccomp, Landlock, limits) needs none.
 */
export const containerFlags = [
  "--read-only",
  `--tmpfs /tmp:rw,noexec,nosuid,nodev,mode=1777,size=${variable("TMP_MB")}m`,
  "--cap-drop ALL",
  "--security-opt no-new-privileges",
  "--pids-limit 512",
  `--memory ${variable("MEMORY_MB")}m`,
  `--memory-swap ${variable("MEMORY_MB")}m`,
  "--ulimit nofile=65536:65536",
  `--stop-timeout ${drainBudget.stopTimeout}`,
] as const;

type UnitOptions = Pick<BootOptions, "region" | "image" | "logGroup" | "environment">;

/**
 * The systemd unit. A drained worker exits with 0 and is not restarted; after any other exit it is, until it was started too
 * often: then systemd starts the unit that ends the instance. Its health is published on loopback, for the host alone.
 */
export function workerUnit({ region, image, logGroup, environment }: UnitOptions): string {
  const run = [
    `/usr/bin/docker run --name ${container} --rm --pull never`,
    ...containerFlags,
    "--publish 127.0.0.1:8081:8081",
    "--log-driver awslogs",
    `--log-opt awslogs-region=${region}`,
    `--log-opt awslogs-group=${logGroup}`,
    `--log-opt awslogs-stream=${variable("INSTANCE_ID")}`,
    "--log-opt awslogs-format=json/emf",
    "--log-opt mode=non-blocking --log-opt max-buffer-size=16m",
    `--env FLEET_INSTANCE_ID=${variable("INSTANCE_ID")}`,
    `--env FLEET_WORKER_ID=${variable("INSTANCE_ID")}`,
    ...Object.entries(environment).map(([name, value]) => `--env ${name}=${value}`),
    image,
  ];
  return `[Unit]
Description=FIFO Fleet worker
Requires=docker.service
After=docker.service network-online.target
Wants=network-online.target
StartLimitIntervalSec=${unitStarts.withinSeconds}
StartLimitBurst=${unitStarts.most}
OnFailure=fifo-fleet-failed.service

[Service]
EnvironmentFile=/etc/fifo-fleet/instance.env
ExecStartPre=-/usr/bin/docker rm --force ${container}
ExecStart=${run.join(" \\\n  ")}
ExecStop=/usr/bin/docker stop ${container}
TimeoutStopSec=${drainBudget.unitStop}
Restart=on-failure
RestartSec=${unitStarts.pauseSeconds}

[Install]
WantedBy=multi-user.target
`;
}

/** A unit that runs a script once. */
const once = (description: string, script: string) => `[Unit]
Description=${description}

[Service]
Type=oneshot
ExecStart=/bin/bash ${folder}/${script}
`;

const healthTimer = `[Unit]
Description=Health of the FIFO Fleet worker

[Timer]
OnActiveSec=60
OnUnitActiveSec=${liveChecks.everySeconds}
AccuracySec=1

[Install]
WantedBy=timers.target
`;

/** Every file that the user data writes, by its path. */
function filesOf(options: BootOptions): Record<string, string> {
  const values = {
    REGION: options.region,
    IMAGE: options.image,
    REGISTRY: options.registry,
    LOG_GROUP: options.logGroup,
    FLEET: options.fleet,
    GROUP: options.group,
    VERSION: options.version,
    READY_HOOK: readyHook,
    MOST_MISSES: String(liveChecks.mostMisses),
    MOST_ENDED: String(liveChecks.mostEnded),
  };
  const units = "/etc/systemd/system";
  return {
    "/etc/fifo-fleet/fleet.env": Object.entries(values)
      .map(([name, value]) => `${name}='${value}'\n`)
      .join(""),
    [`${folder}/tell.sh`]: part("tell.sh"),
    [`${folder}/health.sh`]: part("health.sh"),
    [`${folder}/failed.sh`]: part("failed.sh"),
    [`${units}/${container}.service`]: workerUnit(options),
    [`${units}/fifo-fleet-health.service`]: once("Asks the FIFO Fleet worker whether it lives", "health.sh"),
    [`${units}/fifo-fleet-health.timer`]: healthTimer,
    [`${units}/fifo-fleet-failed.service`]: once("Ends an instance without a FIFO Fleet worker", "failed.sh"),
  };
}

/**
 * The instance's user data. Until the shared functions are there, any end of it shuts the machine down; afterwards the
 * handler of boot.sh also tells Auto Scaling and CloudWatch why.
 */
export function bootScript(options: BootOptions): string {
  const writes = Object.entries(filesOf(options)).map(
    ([path, text]) => `cat > "$root${path}" <<'END_OF_FILE'\n${text}END_OF_FILE\n`,
  );
  return `#!/bin/bash
set -Eeuo pipefail
trap 'shutdown -h now' EXIT
root=\${FIFO_FLEET_ROOT:-}
mkdir -p "$root/etc/fifo-fleet" "$root${folder}" "$root/etc/systemd/system"
${writes.join("")}. "$root${folder}/tell.sh"
${part("boot.sh")}`;
}
