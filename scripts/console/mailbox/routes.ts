// The mailbox of the local SES as pages: `/mail`, its live part `/mail/live`, one mail, and its raw bytes.
import { type Context, Hono } from "hono";
import { type Frame, frameView } from "../ui/frame.ts";
import { readMail } from "./read-mail.ts";
import type { SentMail, SentMails } from "./sent-mail.ts";
import { mailsView, mailView, type ShownMails } from "./views.ts";

const shownMails = 100;

/** Creates the routes, which only read. */
export function mailboxRoutes({ mailbox, frame }: { mailbox: SentMails; frame: Frame }): Hono {
  const routes = new Hono();
  const shown = async (): Promise<ShownMails> => {
    const all = mailbox.list();
    return { mails: await Promise.all(all.slice(0, shownMails).map(readMail)), total: all.length };
  };
  const framed = { frame, at: "/mail", styles: ["mailbox.css"] };
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
