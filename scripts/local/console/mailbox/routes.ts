// The mailbox of the local SES as pages: `/mail`, its live part `/mail/live`, one mail, and its raw bytes.
import { type Context, Hono } from "hono";
import type { Mailbox, SentMail } from "../../ses/mailbox.ts";
import { frameView } from "../views/frame.ts";
import { readMail } from "./read-mail.ts";
import { mailsView, mailView, type ShownMails } from "./views.ts";

/** What the routes read. */
export type MailboxOptions = {
  mailbox: Pick<Mailbox, "list" | "get">;
  fleet: string;
  pages: Readonly<Record<string, string>>;
};

const shownMails = 100;
const at = "/mail";

/** Creates the routes, which only read. */
export function mailboxRoutes({ mailbox, fleet, pages }: MailboxOptions): Hono {
  const routes = new Hono();
  const shown = async (): Promise<ShownMails> => {
    const all = mailbox.list();
    return { mails: await Promise.all(all.slice(0, shownMails).map(readMail)), total: all.length };
  };
  const framed = { fleet, pages, at, style: "mailbox.css" };
  const found = async (
    context: Context,
    then: (mail: SentMail) => Response | Promise<Response>,
  ): Promise<Response> => {
    const mail = mailbox.get(context.req.param("id") ?? "");
    return mail === undefined ? context.text("There is no such mail.", 404) : then(mail);
  };
  routes.get("/", async (context) => {
    const main = mailsView(await shown());
    return context.html(frameView({ ...framed, title: "Mail", script: "mailbox.js", main }));
  });
  routes.get("/live", async (context) => context.html(mailsView(await shown())));
  routes.get("/:id", (context) =>
    found(context, async (mail) => {
      const readable = await readMail(mail);
      return context.html(frameView({ ...framed, title: readable.subject, main: mailView(readable) }));
    }),
  );
  routes.get("/:id/raw", (context) =>
    found(context, ({ messageId, raw }) => {
      const headers = {
        // Always a download: a browser must never render it.
        "Content-Type": "application/octet-stream",
        "Content-Disposition": `attachment; filename="${messageId}.eml"`,
      };
      return context.body(new Uint8Array(raw), 200, headers);
    }),
  );
  return routes;
}
