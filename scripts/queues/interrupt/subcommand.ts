// `queues interrupt`: lets a worker's instance drain and be replaced.
import { InvalidArgumentError } from "commander";
import { actingOf } from "../audit/acting.ts";
import { recorded } from "../audit/audit.ts";
import { print, type Subcommand } from "../subcommand.ts";
import { instanceId, interruptInstance } from "./interrupt.ts";

export const interrupt: Subcommand = {
  name: "interrupt",
  description: "lets a worker drain: its jobs end or are returned, then its instance is replaced",
  declare: (command) =>
    command.argument("<instance>", "the instance, as status shows it, e.g. i-0abc", (text: string) => {
      if (!instanceId.test(text)) throw new InvalidArgumentError("It takes an instance's id, e.g. i-0abc.");
      return text;
    }),
  run: async (running, [instance = ""]) => {
    const { text } = await recorded(
      actingOf(running),
      { action: "interrupt-worker", facts: { instance } },
      async () => ({ text: await interruptInstance(running.autoScaling, instance), facts: {} }),
    );
    print(running, { instance, interrupted: true }, text);
    return 0;
  },
};
