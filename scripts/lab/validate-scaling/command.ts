// `npm run lab -- validate-scaling`: the simulator beside a real local fleet on the same traces.
import { InvalidSettings } from "../../../worker/fleet/errors.ts";
import { createCommand, readCommand, runCommand } from "../../../worker/process/command.ts";
import { numberFrom } from "../../cli/number-options.ts";
import { table } from "../../cli/table.ts";
import { type Played, playReal } from "./play-real.ts";
import { playSimulated } from "./play-simulated.ts";
import { validationTraces } from "./traces.ts";

type Options = { trace?: string; speed: number; json: boolean };

/** One trace, played both ways. Deviations are shares of the real figures. */
type Row = {
  trace: string;
  real: Played;
  simulated: Played;
  deviation: { drain: number; instances: number };
};

/** How far the simulator may be off. */
const allowed = 0.15;

async function validate(args: string[]): Promise<number> {
  const { trace, speed, json } = readArguments(args);
  const rows: Row[] = [];
  for (const one of chosen(trace)) {
    process.stderr.write(`validate-scaling: ${one.name}: ${one.about}, ${speed} times as fast\n`);
    const real = await playReal(one, speed);
    const simulated = playSimulated(one, real);
    const off = (of: "drainSeconds" | "instanceSeconds") => simulated[of] / real[of] - 1;
    const deviation = { drain: off("drainSeconds"), instances: off("instanceSeconds") };
    rows.push({ trace: one.name, real, simulated, deviation });
    if (json) console.log(JSON.stringify({ v: 1, ...rows.at(-1) }));
  }
  if (!json) console.log(tableOf(rows));
  return rows.every(isClose) ? 0 : 1;
}

const isClose = ({ deviation: { drain, instances } }: Row): boolean =>
  Math.abs(drain) <= allowed && Math.abs(instances) <= allowed;

function readArguments(args: string[]): Options {
  const program = createCommand("validate-scaling")
    .description(
      "Plays traces on a real local fleet and in the simulator, and compares drain time and instances.",
    )
    .option("--trace <name>", `only this one: ${Object.keys(validationTraces).join(", ")}`)
    .option("--speed <factor>", "how much faster than the trace the fleet lives", numberFrom(1, 20), 10)
    .option("--json", "print one line of JSON for a trace", false)
    .addHelpText("after", `\nExit code: 0 all within ${allowed * 100} %, 1 not, 2 bad arguments.`);
  return readCommand(program, args).opts<Options>();
}

function chosen(name: string | undefined) {
  if (name === undefined) return Object.values(validationTraces);
  const trace = Object.hasOwn(validationTraces, name) ? validationTraces[name] : undefined;
  if (trace === undefined)
    throw new InvalidSettings([
      `--trace is "${name}", it takes one of ${Object.keys(validationTraces).join(", ")}`,
    ]);
  return [trace];
}

const signed = (share: number) => `${share < 0 ? "" : "+"}${(100 * share).toFixed(1)} %`;

function tableOf(rows: readonly Row[]): string {
  const heads = ["trace", "", "drain", "instance-seconds", "launches", "peak", "boot", "run"];
  const cells = ({ drainSeconds, instanceSeconds, launches, peak, bootSeconds, runSeconds }: Played) => [
    `${drainSeconds.toFixed(0)} s`,
    instanceSeconds.toFixed(0),
    String(Math.round(10 * launches) / 10),
    String(peak),
    `${bootSeconds.toFixed(0)} s`,
    `${runSeconds.toFixed(1)} s`,
  ];
  const lines = rows.flatMap(({ trace, real, simulated, deviation }) => [
    [trace, "real", ...cells(real)],
    ["", "simulated", ...cells(simulated)],
    ["", "off by", signed(deviation.drain), signed(deviation.instances), "", "", "", ""],
  ]);
  return table(heads, lines, 100);
}

/** Runs the command; resolves to its exit code. */
export function command(args: string[]): Promise<number> {
  return runCommand("validate-scaling", () => validate(args));
}
