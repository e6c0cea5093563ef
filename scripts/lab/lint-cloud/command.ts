// `npm run lab -- lint-cloud`: shows that the templates of several settings pass cfn-lint, and that synthesis is
// deterministic: it synthesises the plain settings twice. cfn-lint is a Python program: `pip install cfn-lint`.
import { spawnSync } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, relative, resolve } from "node:path";

const root = resolve(import.meta.dirname, "../../..");
const mail = [
  "mailAddress=stories@example.org",
  "mailEditor=editor@example.org",
  "alarmMail=ops@example.org",
];
const connection =
  "arn:aws:codeconnections:eu-west-1:123456789012:connection/00000000-0000-0000-0000-000000000000";

/** The context settings of each synthesis, by the name of its output folder. */
const variants: Readonly<Record<string, readonly string[]>> = {
  plain: [],
  again: [],
  everything: [
    ...mail,
    "architecture=arm64",
    "privateSubnets=true",
    "natPerZone=true",
    "vpcCidr=10.80.0.0/20",
    "tags=team=desk",
    "logDays=7",
    "tracing=true",
    "monthlyBudget=100",
    "zones=2",
    "uploadOrigins=https://example.org",
    "webDomain=files.example.org",
    "webCertificate=arn:aws:acm:us-east-1:123456789012:certificate/00000000-0000-0000-0000-000000000000",
    "shareMails=true",
    "blockedAddresses=@rival.example",
  ],
  quiet: [
    "slack=false",
    "web=false",
    "vpcId=vpc-0123456789abcdef0",
    "subnetIds=subnet-0123456789abcdef0,subnet-0123456789abcdef1",
  ],
  pipeline: ["repository=owner/name", `connectionArn=${connection}`, ...mail],
};

/** Runs a program and shows its output when it fails. */
function run(command: string, args: readonly string[]): boolean {
  const { status, error, stdout, stderr } = spawnSync(command, args, { cwd: root, encoding: "utf8" });
  if (status === 0) return true;
  const missing = error && "code" in error && error.code === "ENOENT";
  console.error(missing ? `lint-cloud: ${command} is not installed (pip install cfn-lint)` : stdout + stderr);
  return false;
}

/** Every file below a folder, as a path relative to it. */
const filesIn = (folder: string) =>
  readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => relative(folder, join(entry.parentPath, entry.name)))
    .sort();

/** True when two folders contain the same files with the same bytes. */
function identical(one: string, other: string): boolean {
  const [files, others] = [filesIn(one), filesIn(other)];
  const differs = files.filter(
    (file) =>
      !others.includes(file) || !readFileSync(join(one, file)).equals(readFileSync(join(other, file))),
  );
  if (differs.length === 0 && files.length === others.length) return true;
  console.error(`lint-cloud: two syntheses differ: ${differs.join(", ")}`);
  return false;
}

/** Synthesises every variant into a folder of its own name. */
const synthesise = (folder: string): boolean =>
  Object.entries(variants).every(([name, settings]) =>
    run(process.execPath, [
      join(root, "node_modules/aws-cdk/bin/cdk"),
      "synth",
      "--quiet",
      "--output",
      join(folder, name),
      ...settings.flatMap((setting) => ["-c", setting]),
    ]),
  );

function lint(folder: string): boolean {
  if (!synthesise(folder)) return false;
  const same = identical(join(folder, "plain"), join(folder, "again"));
  const templates = filesIn(folder).filter(
    (file) => file.endsWith(".template.json") && !file.startsWith("again"),
  );
  const clean = run(
    "cfn-lint",
    templates.map((file) => join(folder, file)),
  );
  if (same && clean)
    console.log(`lint-cloud: ${templates.length} templates clean; a second synthesis is identical`);
  return same && clean;
}

/** Runs the command. Resolves to the exit code: 0 clean, 1 not, 2 bad arguments. */
export async function command([argument]: string[]): Promise<number> {
  if (argument === "--help") {
    console.log("usage: npm run lab -- lint-cloud   (needs cfn-lint: pip install cfn-lint)");
    return 0;
  }
  if (argument !== undefined) {
    console.error(`lint-cloud: takes no arguments, got "${argument}"`);
    return 2;
  }
  const folder = mkdtempSync(join(tmpdir(), "fifo-fleet-lint-"));
  try {
    return lint(folder) ? 0 : 1;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
