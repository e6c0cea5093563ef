// The verdicts of the local SES on received mails. Every check passes until a verdict is set with
// `POST /_local/mail/verdicts {"dmarc": "FAIL"}`.
import { z } from "zod";
import { parseControl } from "../gateway/control.ts";
import type { ControlHandler } from "../gateway/service.ts";
import { allPass, type Verdicts, verdictWords } from "./notification.ts";

export type SettableVerdicts = {
  /** The verdicts for a mail that arrives now. */
  current: () => Verdicts;
  control: Readonly<Record<string, ControlHandler>>;
};

const verdict = z.enum(verdictWords).optional();
const given = z.strictObject({ spf: verdict, dkim: verdict, dmarc: verdict, spam: verdict, virus: verdict });

/** Creates the verdicts. Both control calls answer all five current ones. */
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
