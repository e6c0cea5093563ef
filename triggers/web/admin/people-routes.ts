// The admins' pages and API of people: directory, sessions, blocks.
import * as z from "zod";
import { type PersonRow, personRowSchema } from "../../../worker/jobs/files/rows/person-row.ts";
import { listSessions } from "../access/list-sessions.ts";
import { endSessions, findPerson, listPeople, setBlocked } from "../access/people.ts";
import type { Visitor } from "../access/visitor.ts";
import { readAuditPage } from "../audit/read.ts";
import { searchInput, withPeriod } from "../audit/search.ts";
import { Conflict, NotFound } from "../refusals.ts";
import { type Route, route } from "../route.ts";
import { pageResponse } from "../ui/page.ts";
import { redirectTo } from "../ui/redirect.ts";
import { peoplePath, peopleView, personPath, personView } from "./people-views.ts";

const peopleAPage = 50;

const params = z.object({ id: z.string().min(1).max(150) });
const personAnswer = personRowSchema.pick({
  id: true,
  name: true,
  address: true,
  initials: true,
  admin: true,
  blocked: true,
  signedInAt: true,
});
const shown = (person: PersonRow) => personAnswer.parse(person);

const listInput = z.object({
  text: z.string().trim().max(200).catch("").default(""),
  skip: z.coerce.number().int().min(0).catch(0).default(0),
});

const folded = (text: string) => text.normalize("NFKC").toLowerCase();

function fitting(people: readonly PersonRow[], text: string): PersonRow[] {
  const wanted = folded(text);
  return people.filter(({ name, address }) => folded(`${name}\n${address}`).includes(wanted));
}

/** Admins may end their own sessions but not lock themselves out. */
function notOneself(id: string, visitor: Visitor): void {
  if (id === visitor.id) throw new Conflict("You cannot block yourself.");
}

export const peopleRoutes: readonly Route[] = [
  route({
    method: "GET",
    path: peoplePath,
    access: "admin",
    summary: "Everybody who has signed in",
    inputs: { query: listInput },
    handle: async (visit) => {
      const { text, skip } = visit.query;
      const found = fitting(await listPeople(visit.deps), text);
      const end = skip + peopleAPage;
      const next = found.length > end ? end : undefined;
      const people = found.slice(skip, end);
      return pageResponse(visit, peopleView({ people, all: found.length, text, skip, next }));
    },
  }),
  route({
    method: "GET",
    path: `${peoplePath}/:id`,
    access: "admin",
    summary: "One person: sessions and latest actions",
    inputs: { params },
    handle: async (visit) => {
      const { deps, visitor } = visit;
      const person = await findPerson(deps, visit.params.id);
      if (person === undefined) throw new NotFound();
      const search = withPeriod(searchInput.parse({ person: person.id }), deps.now());
      const [sessions, { entries }] = await Promise.all([
        listSessions(deps, person),
        readAuditPage(deps, search, 10),
      ]);
      return pageResponse(visit, personView({ person, sessions, latest: entries, visitor }));
    },
  }),
  route({
    method: "POST",
    path: `${peoplePath}/:id/end-sessions`,
    access: "admin",
    summary: "Ends all sessions of a person",
    inputs: { params },
    handle: async (visit) => {
      const { deps, visitor } = visit;
      await endSessions(deps, { person: visit.params.id, by: visitor });
      return redirectTo(visit, personPath(visit.params.id), {
        tone: "good",
        text: "All sessions have ended.",
      });
    },
  }),
  route({
    method: "POST",
    path: `${peoplePath}/:id/blocked`,
    access: "admin",
    summary: "Blocks a person or lets them in again",
    inputs: { params, body: z.object({ blocked: z.enum(["yes", "no"], "takes yes or no") }) },
    handle: async (visit) => {
      const { id } = visit.params;
      const blocked = visit.body.blocked === "yes";
      notOneself(id, visit.visitor);
      await setBlocked(visit.deps, { person: id, blocked, by: visit.visitor });
      const text = blocked ? "Blocked; all sessions have ended." : "Let in again.";
      return redirectTo(visit, personPath(id), { tone: "good", text });
    },
  }),
  route({
    method: "GET",
    path: "/api/v1/admin/people",
    access: "admin",
    summary: "Everybody who has signed in",
    answer: z.object({ people: z.array(personAnswer) }),
    handle: async ({ context, deps }) => context.json({ people: (await listPeople(deps)).map(shown) }),
  }),
  route({
    method: "POST",
    path: "/api/v1/admin/people/:id/end-sessions",
    access: "admin",
    summary: "Ends all sessions of a person",
    inputs: { params },
    answers: 204,
    handle: async ({ context, deps, visitor, params: { id } }) => {
      await endSessions(deps, { person: id, by: visitor });
      return context.body(null, 204);
    },
  }),
  route({
    method: "PUT",
    path: "/api/v1/admin/people/:id/blocked",
    access: "admin",
    summary: "Blocks a person or lets them in again",
    inputs: { params, body: z.object({ blocked: z.boolean() }) },
    answers: 204,
    handle: async ({ context, deps, visitor, params: { id }, body }) => {
      notOneself(id, visitor);
      await setBlocked(deps, { person: id, blocked: body.blocked, by: visitor });
      return context.body(null, 204);
    },
  }),
];
