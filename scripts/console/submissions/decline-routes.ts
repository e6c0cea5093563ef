// The routes that decline several submissions: a preview with each author's mail, and the decision, with an audit row for each.
import type { Context, Hono } from "hono";
import { html } from "../../../triggers/web/ui/html.ts";
import { noticeView } from "../../../triggers/web/ui/notice.ts";
import { FleetError } from "../../../worker/fleet/errors.ts";
import type { DeclineTemplate } from "../../../worker/jobs/mail/answers/outgoing-mail.ts";
import { declineTemplateOf } from "../../../worker/jobs/mail/send-mail/declined.ts";
import { counted } from "../../cli/format.ts";
import { maskedText } from "../../cli/mask.ts";
import { type Declinable, decline, isOpen, readDeclinable } from "../../desk/decline.ts";
import { recorded } from "../../queues/audit/audit.ts";
import { isRevealed, shownTexts } from "../masking/reveal.ts";
import { frameView } from "../ui/frame.ts";
import { declineView } from "./decline-view.ts";
import type { SubmissionsOptions } from "./options.ts";

/** Submissions that are declined at once, at most: their rows and mails fit into one call each. */
const mostDeclined = 50;

/** Adds the routes. */
export function addDecline(routes: Hono, options: SubmissionsOptions): void {
  const { frame, acting } = options;
  routes.get("/decline", async (context) => {
    const found = await readDeclinable(options, idsIn(context.req.queries("id") ?? []));
    const reveal = isRevealed(context.req.query());
    const { value, masked } = shownTexts(found, reveal);
    const open = value.filter((_, index) => {
      const raw = found[index];
      return raw !== undefined && isOpen(raw, acting.editor);
    });
    const main = declineView({
      ...{ open, others: value.filter((each) => !open.includes(each)) },
      ...{ template: declineTemplateOf(context.req.query("template")), masked, reveal },
      readOnly: frame.readOnly,
    });
    return context.html(frameView({ frame, title: "Decline", at: "/results", main }));
  });
  routes.post("/decline", async (context) => {
    const { id = [], template } = await context.req.parseBody({ all: true });
    const ids = idsIn([id].flat().map(String));
    return declineAll(context, options, ids, declineTemplateOf(template));
  });
}

/** Ids as rows have them; others are left out. */
const idsIn = (texts: readonly string[]): string[] =>
  [...new Set(texts)].filter((text) => /^[0-9a-f]{32}$/.test(text)).slice(0, mostDeclined);

/** Declines one after another; what one editor changed meanwhile stops no other. */
async function declineAll(
  context: Context,
  options: SubmissionsOptions,
  ids: readonly string[],
  template: DeclineTemplate | undefined,
) {
  const refusals: string[] = [];
  let [declined, mails] = [0, 0];
  for (const each of await readDeclinable(options, ids))
    try {
      mails += (await declineOne(options, each, template)) === undefined ? 0 : 1;
      declined += 1;
    } catch (error) {
      if (!(error instanceof FleetError)) throw error;
      refusals.push(maskedText(error.message));
    }
  if (refusals.length === 0)
    return context.redirect(`/submissions?state=declined&declined=${declined}&mails=${mails}`, 303);
  const main = html`${refusals.map((text) => noticeView({ tone: "bad", text }))}
    <section class="card"><p>${resultText(declined, mails)} <a href="/submissions">Back</a></p></section>`;
  return context.html(
    frameView({ frame: options.frame, title: "Not all were declined", at: "/results", main }),
    409,
  );
}

async function declineOne(
  { db, names, acting }: SubmissionsOptions,
  each: Declinable,
  template: DeclineTemplate | undefined,
): Promise<string | undefined> {
  const { id, reference = id } = each.story;
  const facts = { submission: id, reference, template: template ?? "none" };
  const by = { db, names, by: acting.editor, now: acting.now };
  const { mail } = await recorded(by, { action: "decline-submission", facts }, async () => {
    const planned = await decline({ db, names }, each, template, acting);
    return { mail: planned, facts: { mail: planned ?? "none" } };
  });
  return mail;
}

const resultText = (declined: number, mails: number) =>
  `${counted(declined, "submission")} declined, ${counted(mails, "mail")} on the way.`;

/** What the list says after a decision, from the address that the decision leads to. */
export function declinedNotice({ declined, mails }: Readonly<Record<string, string>>): string | undefined {
  const [one, other] = [declined, mails].map((text) => (/^\d{1,2}$/.test(text ?? "") ? Number(text) : 0));
  return one === undefined || one === 0 ? undefined : resultText(one, other ?? 0);
}
