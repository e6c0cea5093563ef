// The pages of requests: a person's own, and the one for whoever has the link.
import * as z from "zod";
import { linkIdSchema } from "../links/api.ts";
import { findLink } from "../links/enter-link.ts";
import { revokeLink } from "../links/link-store.ts";
import { passwordSchema } from "../links/passwords.ts";
import { NotFound } from "../refusals.ts";
import { type Route, route } from "../route.ts";
import { numberField, optionalField } from "../store/form-fields.ts";
import { hoursWithin, limitsOf } from "../store/limits.ts";
import { pageResponse } from "../ui/page.ts";
import { redirectTo } from "../ui/redirect.ts";
import { requestWish } from "./api.ts";
import { makeRequest, ownRequests } from "./make-request.ts";
import { madeRequestPage, openRequestPage, requestsPage } from "./views.ts";

const { name, note, maxFiles } = requestWish.shape;

const megabyte = 1024 ** 2;

const form = z.object({
  name,
  note,
  maxFiles: numberField.pipe(maxFiles.unwrap()),
  megabytes: numberField.min(1).max(1_000_000),
  hours: numberField.positive(),
  password: optionalField(passwordSchema),
});

/** The routes of requests' pages. */
export const requestPages: readonly Route[] = [
  route({
    method: "GET",
    path: "/requests",
    access: "session",
    summary: "Your requests for files",
    handle: async (visit) => {
      const { deps, visitor } = visit;
      const requests = await ownRequests(deps, visitor.id);
      return pageResponse(visit, requestsPage(visitor, requests, deps.now(), limitsOf(deps)));
    },
  }),
  route({
    method: "POST",
    path: "/requests",
    access: "session",
    summary: "Makes a request and shows its address once",
    inputs: { body: form },
    handle: async (visit) => {
      const { megabytes, ...wish } = visit.body;
      hoursWithin(visit.deps, wish.hours);
      const maxBytes = Math.floor(megabytes * megabyte);
      const { row, url } = await makeRequest(visit.deps, visit.visitor, { ...wish, maxBytes });
      return pageResponse(visit, madeRequestPage(row.name, url));
    },
  }),
  route({
    method: "POST",
    path: "/requests/:id/revoke",
    access: "session",
    summary: "Revokes a request",
    inputs: { params: z.object({ id: linkIdSchema }) },
    handle: async (visit) => {
      await revokeLink(visit.deps, visit.visitor, visit.params.id);
      return redirectTo(visit, "/requests", { tone: "good", text: "The request is revoked." });
    },
  }),
  route({
    method: "GET",
    path: "/r/:token",
    access: "public",
    anonymous: true,
    summary: "The page by which an outsider answers a request",
    inputs: { params: z.object({ token: z.string() }) },
    handle: async (visit) => {
      const { live } = await findLink(visit.deps, visit.params.token, "request");
      if (live?.row.request === undefined) throw new NotFound();
      const { maxFileBytes } = limitsOf(visit.deps);
      return pageResponse(
        visit,
        openRequestPage(live.row, visit.params.token, visit.deps.now(), maxFileBytes),
      );
    },
  }),
];
