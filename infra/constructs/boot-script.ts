// The boot script of a new instance: it installs Docker, pulls the image and starts a systemd unit that runs the worker's
// container. Texts only.
import { drainBudget } from "../drain-budget.ts";

/** The values in the script. All of them may contain CDK references. */
export type BootOptions = {
  region: string;
  /** The image, including its registry. */
  image: string;
  /** The registry alone. */
  registry: string;
  logGroup: string;
  /** The container's environment. It has no secrets: the instance's role is the only credential. */
  environment: Readonly<Record<string, string>>;
};

const container = "fifo-fleet-worker";

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

/** The systemd unit. A drained worker exits with 0 and is not restarted; after any other exit it is. */
export function workerUnit({ region, image, logGroup, environment }: Omit<BootOptions, "registry">): string {
  const run = [
    `/usr/bin/docker run --name ${container} --rm --pull never`,
    ...containerFlags,
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
StartLimitIntervalSec=0

[Service]
EnvironmentFile=/etc/fifo-fleet/instance.env
ExecStartPre=-/usr/bin/docker rm --force ${container}
ExecStart=${run.join(" \\\n  ")}
ExecStop=/usr/bin/docker stop ${container}
TimeoutStopSec=${drainBudget.unitStop}
Restart=on-failure
RestartSec=5

[Install]
WantedBy=multi-user.target
`;
}

/**
 * The instance's user data. It does not fetch what the AMI already contains (Docker, the image). An instance that cannot
 * boot shuts down, which terminates it, and Auto Scaling starts another.
 */
export function bootScript(options: BootOptions): string {
  const { region, image, registry } = options;
  return `#!/bin/bash
set -euo pipefail
trap 'echo "boot failed at line $LINENO"; shutdown -h now' ERR
again() { for pause in 2 5 10 20; do "$@" && return; sleep "$pause"; done; "$@"; }

command -v docker >/dev/null || again dnf install --assumeyes --setopt=install_weak_deps=False docker
systemctl enable --now docker
pull() {
  aws ecr get-login-password --region ${region} | docker login --username AWS --password-stdin ${registry}
  docker pull --quiet ${image}
}
docker image inspect ${image} >/dev/null 2>&1 || again pull

token=$(curl --silent --fail --request PUT --header 'X-aws-ec2-metadata-token-ttl-seconds: 60' http://169.254.169.254/latest/api/token)
instance=$(curl --silent --fail --header "X-aws-ec2-metadata-token: $token" http://169.254.169.254/latest/meta-data/instance-id)
total=$(awk '/^MemTotal:/ { print int($2 / 1024) }' /proc/meminfo)
mkdir -p /etc/fifo-fleet
cat > /etc/fifo-fleet/instance.env <<END
INSTANCE_ID=$instance
MEMORY_MB=$((total - 512))
TMP_MB=$((total / 4))
END
cat > /etc/systemd/system/${container}.service <<'END'
${workerUnit(options)}END
systemctl daemon-reload
systemctl enable --now ${container}.service
`;
}
