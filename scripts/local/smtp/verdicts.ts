// What the local SES says of the mails it receives: everything passes until a person or a test sets it otherwise, by
// `POST /_local/mail/verdicts {"dmarc": "FAIL"}`.
import { z } from "zod";
import { parseControl } from "../gateway/control.ts";
import type { ControlHandler } from "../gateway/service.ts";
import { allPass, type Verdicts, verdictWords } from "./notification.ts";

export type SettableVerdicts = {
  /** The verdicts on a mail that comes now. */
  current: () => Verdicts;
  control: Readonly<Record<string, ControlHandler>>;
};

const verdict = z.enum(verdictWords).optional();
const given = z.strictObject({ spf: verdict, dkim: verdict, dmarc: verdict, spam: verdict, virus: verdict });

/** Makes them; both calls answer all five as they are then. */
export function settableVerdicts(): SettableVerdicts {
  let verdicts = allPass;
  return {
    current: () => verdicts,
    control: {
      "GET /_local/mail/verdicts": () => verdicts,
      "POST /_local/mail/verdicts": ({ body }) => {
        const set = Object.entries(parseControl(given, body)).filter(([, word]) => word !== undefined);
        verdicts = { ...verdicts, ...Object.fromEntries(set) };
        return verdicts;
      },
    },
  };
}
