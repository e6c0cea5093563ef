// The pages that ask before an action: what is meant, how many there are, and the form that does it.
import type { Context, Hono } from "hono";
import { triggersWithFailures } from "../../../triggers/catalog/event-sources.ts";
import { queueCounter } from "../../../triggers/metrics-due/queue-counts.ts";
import { maskedAddresses } from "../../cli/mask.ts";
import { refusedMails, unsettledMails } from "../../queues/ambiguous/unsettled.ts";
import { type Meant, meantLetters } from "../../queues/dead/meant-letters.ts";
import type { FleetStatus } from "../../status/fleet-status.ts";
import { isRevealed, shownAddresses } from "../masking/reveal.ts";
import { named, withOpenGroup } from "../masking/seals.ts";
import { type Frame, frameView } from "../ui/frame.ts";
import { readMeant } from "./fields.ts";
import { discardView, purgeView, redriveView } from "./letters-view.ts";
import type { Operator } from "./operator.ts";
import { eventsView, interruptView, mailsView } from "./others-view.ts";

type PreviewOptions = { operator: Operator; frame: Frame; status: () => Promise<FleetStatus> };

/** Adds the pages. What is not there leads back to the page of actions. */
export function addPreviews(routes: Hono, options: PreviewOptions): void {
  addLetters(routes, options);
  addMailsAndEvents(routes, options);
  addInterrupt(routes, options);
}

const elsewhere = (context: Context) => context.redirect("/actions", 303);

function addLetters(routes: Hono, { operator, frame, status }: PreviewOptions): void {
  const { readOnly } = frame;
  const kinds = Object.keys(operator.jobs);
  const pages = [
    { action: "redrive", title: "Send back", view: redriveView },
    { action: "discard", title: "Discard", view: discardView },
  ] as const;
  for (const { action, title, view } of pages)
    routes.get(`/actions/${action}`, async (context) => {
      const { reveal: _, ...query } = context.req.query();
      const opened = withOpenGroup(query, operator.seals);
      if (opened === undefined || !kinds.includes(opened.kind ?? "")) return elsewhere(context);
      const reveal = isRevealed(context.req.query());
      const main = view({ ...(await lettersOf(operator, readMeant(opened), reveal)), readOnly });
      return context.html(frameView({ frame, title, at: "/actions", main }));
    });
  routes.get("/actions/purge", async (context) => {
    const { kind = "" } = context.req.query();
    const queue = (await status()).queues.find((one) => one.kind === kind);
    if (queue === undefined) return elsewhere(context);
    const main = purgeView(kind, { waiting: queue.visible, inFlight: queue.inFlight }, { readOnly });
    return context.html(frameView({ frame, title: "Delete what waits", at: "/actions", main }));
  });
}

/** The letters that are meant, as a page shows them. */
async function lettersOf(operator: Operator, meant: Meant, reveal: boolean) {
  const letters = await meantLetters(operator, meant);
  const { value, masked } = shownAddresses(letters, reveal);
  const { group, ...rest } = meant;
  const groups = new Set(letters.map((letter) => letter.group)).size;
  return {
    meant: rest,
    group: group === undefined ? undefined : named(group, { seals: operator.seals, reveal }),
    ...{ letters: value, groups, masked, reveal },
  };
}

function addMailsAndEvents(routes: Hono, { operator, frame }: PreviewOptions): void {
  routes.get("/actions/mails", async (context) => {
    const mails = [...(await unsettledMails(operator)), ...(await refusedMails(operator))];
    const main = mailsView(maskedAddresses(mails).value, frame.readOnly);
    return context.html(frameView({ frame, title: "Mails to decide on", at: "/actions", main }));
  });
  const { sqs, names } = operator;
  const count = queueCounter({ sqs, fleet: names.fleet, kinds: [], triggers: triggersWithFailures });
  routes.get("/actions/events", async (context) => {
    const { failedEvents } = await count();
    const counts = Object.entries(failedEvents).map(([trigger, events]) => ({ trigger, events }));
    const main = eventsView(counts, frame.readOnly);
    return context.html(frameView({ frame, title: "Failed events", at: "/actions", main }));
  });
}

function addInterrupt(routes: Hono, { frame, status }: PreviewOptions): void {
  routes.get("/actions/interrupt", async (context) => {
    const { instance = "" } = context.req.query();
    const worker = (await status()).workers.find((one) => one.instance === instance);
    if (worker === undefined) return elsewhere(context);
    const main = interruptView(worker, frame.readOnly);
    return context.html(frameView({ frame, title: "Interrupt a worker", at: "/actions", main }));
  });
}
