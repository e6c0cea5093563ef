// `npm run lab -- NAME …`: one command for everything that proves or measures the product. Loads only the proof it runs;
// each proof reads its own flags and decides its exit code.
import { enableCompileCache } from "node:module";
import { type DescribedCommand, describeFlag } from "../worker/process/describe-command.ts";

type Proof = {
  /** One line for the list. */
  shows: string;
  load: () => Promise<{ command: (args: string[]) => Promise<number> }>;
};

const proofs: Readonly<Record<string, Proof>> = {
  campaign: {
    shows: "nothing is lost, doubled or out of order while workers and cloud fail",
    load: () => import("./lab/campaign/command.ts"),
  },
  soak: {
    shows: "memory and files stay flat under hours of load with faults",
    load: () => import("./lab/soak/command.ts"),
  },
  fuzz: {
    shows: "hostile pictures, mails, events and requests do no harm",
    load: () => import("./lab/fuzz/command.ts"),
  },
  mutation: {
    shows: "small defects in engine, policies and triggers are seen by the tests",
    load: () => import("./lab/mutation/command.ts"),
  },
  drill: {
    shows: "what follows from one interruption of the running local system",
    load: () => import("./lab/drill/command.ts"),
  },
  conformance: {
    shows: "an endpoint behaves as AWS documents it, rule by rule",
    load: () => import("./lab/conformance/command.ts"),
  },
  bench: {
    shows: "how fast the fleet is beside its peers",
    load: () => import("./lab/bench/command.ts"),
  },
  growth: {
    shows: "the cost of a job does not grow faster than what it meets",
    load: () => import("./lab/growth/command.ts"),
  },
  "big-file": {
    shows: "a file of many gigabytes goes up and down unchanged, in little memory",
    load: () => import("./lab/big-file/command.ts"),
  },
  "validate-scaling": {
    shows: "the scaling simulator agrees with a real local fleet on the same traces",
    load: () => import("./lab/validate-scaling/command.ts"),
  },
  "words-run": {
    shows: "every word of many messages is counted exactly while workers die",
    load: () => import("./lab/words-run/command.ts"),
  },
  "mail-corpus": {
    shows: "attachments of a folder of mails equal those that Python finds",
    load: () => import("./lab/mail-corpus/command.ts"),
  },
  faults: {
    shows: "a proxy that injects faults in front of any endpoint",
    load: () => import("./lab/faults/command.ts"),
  },
  "cloud-check": {
    shows: "bundles, image and stacks work as AWS would run them",
    load: () => import("./lab/cloud-check/command.ts"),
  },
  "lint-cloud": {
    shows: "templates pass cfn-lint, and synthesis is deterministic",
    load: () => import("./lab/lint-cloud/command.ts"),
  },
  "base-image": {
    shows: "which base image the registry has today, and pins it",
    load: () => import("./lab/base-image/command.ts"),
  },
  costs: {
    shows: "what the fleet costs a month, from the templates and counted calls",
    load: () => import("./lab/costs/command.ts"),
  },
  "console-load": {
    shows: "the console's pages cost the same with a million jobs behind them",
    load: () => import("./lab/console-load/command.ts"),
  },
  situations: {
    shows: "the console in each of its nine situations: takes pictures of it",
    load: () => import("./lab/situations/command.ts"),
  },
  "redrive-load": {
    shows: "dead letters go back in portions while producers go on, and order holds",
    load: () => import("./lab/redrive-load/command.ts"),
  },
  screenshot: {
    shows: "the console at work: takes the README's picture of it",
    load: () => import("./lab/screenshot/command.ts"),
  },
};

const width = Math.max(...Object.keys(proofs).map((name) => name.length));
const list = [
  "usage: npm run lab -- NAME [flags]   (--help after a name lists its flags)",
  ...Object.entries(proofs).map(([name, { shows }]) => `  ${name.padEnd(width)}  ${shows}`),
].join("\n");

/** The list for shell completion. A proof's own flags are not loaded for it. */
function described(): DescribedCommand {
  const own = { arguments: [], options: [], commands: [] };
  const commands = Object.entries(proofs).map(([name, { shows }]) => ({
    ...own,
    names: [name],
    description: shows,
  }));
  return { ...own, names: ["lab"], description: "", commands };
}

/** Runs a proof. Resolves to the exit code; 2 for an unknown name. */
async function lab([name, ...args]: string[]): Promise<number> {
  if (name === undefined || name === "--help" || name === "-h") {
    console.log(list);
    return 0;
  }
  if (name === describeFlag) {
    console.log(JSON.stringify(described()));
    return 0;
  }
  const proof = Object.hasOwn(proofs, name) ? proofs[name] : undefined;
  if (proof === undefined) {
    console.error(`lab: "${name}" is not one of ${Object.keys(proofs).join(", ")}`);
    return 2;
  }
  const { command } = await proof.load();
  return command(args);
}

enableCompileCache();
process.exitCode = await lab(process.argv.slice(2));
