// The page behind a link, for anybody who has its address. Looking at it uses nothing up: programs that preview addresses
// do that, too.
import * as z from "zod";
import type { WebDependencies } from "../dependencies.ts";
import { NotFound } from "../refusals.ts";
import { type Route, route } from "../route.ts";
import { type Page, pageResponse } from "../ui/page.ts";
import { downloadByLink } from "./download-by-link.ts";
import { findLink, WrongPassword } from "./enter-link.ts";
import { presentedPassword } from "./passwords.ts";
import { linkPage } from "./public-views.ts";

const params = z.object({ token: z.string() });

/** The page of a link that works. @throws NotFound */
async function livePage(deps: WebDependencies, token: string, problem?: string): Promise<Page> {
  const { live } = await findLink(deps, token, "file");
  if (live?.file === undefined) throw new NotFound();
  const address = `${deps.settings.origin}/l/${token}`;
  const { row, file } = live;
  return linkPage({ row, file, now: deps.now(), address, ...(problem !== undefined && { problem }) });
}

/** The public routes of links. */
export const linkPages: readonly Route[] = [
  route({
    method: "GET",
    path: "/l/:token",
    access: "public",
    anonymous: true,
    summary: "The page of a link",
    inputs: { params },
    handle: async (visit) => {
      return pageResponse(visit, await livePage(visit.deps, visit.params.token));
    },
  }),
  route({
    method: "POST",
    path: "/l/:token",
    access: "public",
    anonymous: true,
    summary: "Downloads the file behind a link",
    inputs: { params, body: z.object({ password: presentedPassword }) },
    handle: async (visit) => {
      const { context, deps, params: found, body } = visit;
      try {
        return context.redirect(await downloadByLink(deps, found.token, body.password), 303);
      } catch (error) {
        if (!(error instanceof WrongPassword)) throw error;
        return pageResponse(visit, await livePage(deps, found.token, error.message));
      }
    },
  }),
  route({
    method: "POST",
    path: "/api/v1/links/:token/download",
    access: "public",
    anonymous: true,
    summary: "The address of the file behind a link, for a minute",
    inputs: { params, body: z.object({ password: presentedPassword }) },
    answer: z.object({ url: z.string() }),
    handle: async ({ context, deps, params: { token }, body: { password } }) =>
      context.json({ url: await downloadByLink(deps, token, password) }),
  }),
];
