// `queues suppress`: the list of addresses that get no mail.
import { UpdateCommand } from "@aws-sdk/lib-dynamodb";
import { InvalidArgumentError } from "commander";
import { addressHash, usableAddress } from "../../worker/jobs/mail/answers/address.ts";
import { actingOf } from "./audit/acting.ts";
import { recorded } from "./audit/audit.ts";
import { type CommonOptions, print, type Subcommand } from "./subcommand.ts";

type Options = CommonOptions & { lift: boolean };

/** A lifted row may still contain today's answer. */
const keepLiftedSeconds = 2 * 24 * 60 * 60;

export const suppress: Subcommand<Options> = {
  name: "suppress",
  description: "puts an address on the suppression list, so that it gets no mail",
  declare: (command) =>
    command
      .argument("<address>", "e.g. ann@example.org", (text: string) => {
        if (usableAddress(text) === undefined) throw new InvalidArgumentError("It takes a mail address.");
        return text;
      })
      .option("--lift", "take the address off the list", false),
  run: async (running, [address = ""]) => {
    const { options, target, user, now } = running;
    const at = new Date(now()).toISOString();
    const change = options.lift
      ? {
          UpdateExpression: "SET expiresAt = :expires REMOVE suppressedAt, suppressedBy, address",
          ExpressionAttributeValues: { ":expires": Math.ceil(now() / 1000) + keepLiftedSeconds },
        }
      : {
          // Other rows of correspondents expire; this one must not.
          UpdateExpression:
            "SET suppressedAt = if_not_exists(suppressedAt, :at), suppressedBy = :by, address = :address REMOVE expiresAt",
          ExpressionAttributeValues: { ":at": at, ":by": user(), ":address": address },
        };
    const Key = { id: addressHash(address) };
    const suppressed = !options.lift;
    // The audit names the row, not the person.
    const facts = { correspondent: Key.id, suppressed: suppressed ? "yes" : "no" };
    await recorded(actingOf(running), { action: "suppress-address", facts }, async () => {
      const TableName = target.names.tables.correspondents;
      await target.db.send(new UpdateCommand({ TableName, Key, ...change }));
      return { facts: {} };
    });
    print(
      running,
      { address, suppressed },
      `${address} ${suppressed ? "gets no mail" : "may get mail"} from now on`,
    );
    return 0;
  },
};
