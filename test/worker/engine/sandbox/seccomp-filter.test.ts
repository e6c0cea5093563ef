// The system-call filter as data, run by a small interpreter of its instructions, for both architectures.
import { expect, test } from "vitest";
import { launcherNumbers } from "../../../../worker/engine/sandbox/launch-steps.ts";
import { ownPidPlaceholder, seccompFilter } from "../../../../worker/engine/sandbox/seccomp-filter.ts";
import {
  auditArchitectures,
  callsToAllow,
  callsToJudge,
  callsToRefuse,
} from "../../../support/system-call-numbers.ts";

type Call = { architecture: number; number: number; first?: number; second?: number };

const actions: Record<number, string> = { 32767: "allow", 32768: "kill", 5: "errno" };

/** What the kernel would do: classic BPF over `struct seccomp_data`, the five instructions the filter uses. */
function outcome(program: Buffer, { architecture, number, first = 0, second = 0 }: Call): string {
  const data: Record<number, number> = { 0: number, 4: architecture, 16: first, 24: second };
  let accumulator = 0;
  for (let at = 0; at < program.length; at += 8) {
    const code = program.readUInt16LE(at);
    const operand = program.readUInt32LE(at + 4);
    const jump = (holds: boolean) => {
      at += 8 * program.readUInt8(at + (holds ? 2 : 3));
    };
    if (code === 0x20) accumulator = data[operand] ?? Number.NaN;
    else if (code === 0x15) jump(accumulator === operand);
    else if (code === 0x35) jump(accumulator >= operand);
    else if (code === 0x45) jump((accumulator & operand) !== 0);
    else if (code === 0x06) {
      const action = actions[operand >>> 16] ?? "unknown action";
      return action === "errno" ? `errno ${operand & 0xffff}` : action;
    } else throw new Error(`instruction ${code.toString(16)} is not in this interpreter`);
  }
  throw new Error("the program ends without an answer");
}

const architectures = ["x64", "arm64"] as const;
const [eperm, enosys] = ["errno 1", "errno 38"];

function filterOf(name: (typeof architectures)[number]) {
  const program = seccompFilter(name);
  if (program === undefined) throw new Error(`no filter for ${name}`);
  return (number: number, first = 0, second = 0) =>
    outcome(program, { architecture: auditArchitectures[name], number, first, second });
}

test.each(architectures)(
  "on %s every call a decoder never needs is refused, by the kernel's numbers",
  (name) => {
    const filter = filterOf(name);
    for (const [call, { [name]: number }] of Object.entries(callsToRefuse))
      if (number !== undefined) expect([call, filter(number)]).toEqual([call, eperm]);
  },
);

test.each(architectures)("on %s what Node needs is allowed, and only the known calls are refused", (name) => {
  const filter = filterOf(name);
  for (const [call, { [name]: number }] of Object.entries(callsToAllow))
    if (number !== undefined) expect([call, filter(number)]).toEqual([call, "allow"]);
  const known = [callsToRefuse, callsToJudge].flatMap((calls) =>
    Object.values<{ x64: number; arm64?: number }>(calls).flatMap((numbers) => numbers[name] ?? []),
  );
  const refused = Array.from({ length: 460 }, (_, number) => number).filter(
    (number) => filter(number) !== "allow",
  );
  const { prctl, fcntl, ioctl, ...judged } = callsToJudge;
  const expected = known.filter((number) => ![prctl, fcntl, ioctl].some((call) => call[name] === number));
  expect(refused).toEqual([...new Set(expected)].sort((one, other) => one - other));
  expect(Object.values(judged).every((numbers) => refused.includes(numbers[name]))).toBe(true);
});

test.each(architectures)(
  "on %s threads may be made, processes not, and signals sent to itself only",
  (name) => {
    const filter = filterOf(name);
    const [cloneThread, cloneVm] = [0x10000, 0x100];
    expect(filter(callsToJudge.clone[name], cloneThread | cloneVm)).toBe("allow");
    expect(filter(callsToJudge.clone[name], cloneVm)).toBe(eperm);
    expect(filter(callsToJudge.clone3[name])).toBe(enosys);
    for (const call of [callsToJudge.kill, callsToJudge.tgkill]) {
      expect(filter(call[name], ownPidPlaceholder)).toBe("allow");
      expect(filter(call[name], 1)).toBe(eperm);
    }
  },
);

test.each(architectures)("on %s a child can read and set only its own limits", (name) => {
  const number = callsToAllow.prlimit64?.[name] ?? Number.NaN;
  expect([filterOf(name)(number, 0), filterOf(name)(number, 4321)]).toEqual(["allow", eperm]);
});

test.each(architectures)(
  "on %s no command on a descriptor sends signals to others or seals files",
  (name) => {
    const filter = filterOf(name);
    const { fcntl, ioctl } = callsToJudge;
    // asm-generic/fcntl.h, linux/fcntl.h; asm-generic/sockios.h and ioctls.h, linux/fs.h.
    for (const command of [8, 10, 15, 1024, 1026, 1031]) expect(filter(fcntl[name], 3, command)).toBe(eperm);
    for (const command of [0x8901, 0x8902, 0x5410, 0x5412, 0x40086602, 0x401c5820])
      expect(filter(ioctl[name], 3, command)).toBe(eperm);
    const [getFlags, setFlags, closeOnExec, nonBlocking] = [3, 4, 0x5451, 0x5421];
    for (const command of [getFlags, setFlags]) expect(filter(fcntl[name], 3, command)).toBe("allow");
    for (const command of [closeOnExec, nonBlocking]) expect(filter(ioctl[name], 3, command)).toBe("allow");
  },
);

test("calls with another architecture's numbers end the process, x32's are refused", () => {
  const read = callsToAllow.read?.x64 ?? Number.NaN;
  const program = (name: string) => seccompFilter(name) ?? Buffer.alloc(0);
  expect(outcome(program("x64"), { architecture: auditArchitectures.arm64, number: read })).toBe("kill");
  expect(outcome(program("arm64"), { architecture: auditArchitectures.x64, number: read })).toBe("kill");
  expect(filterOf("x64")(0x40000000 + read)).toBe(eperm);
});

test("the launcher's own calls have the kernel's numbers", () => {
  for (const name of architectures)
    expect(launcherNumbers(name)).toEqual({
      prctl: callsToJudge.prctl[name],
      prlimit: callsToAllow.prlimit64?.[name],
    });
});
