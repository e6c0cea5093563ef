// The admins' pages of people: the directory, and one person.
import type { AuditRow } from "../../../worker/jobs/files/rows/audit-row.ts";
import { auditTime } from "../../../worker/jobs/files/rows/audit-row.ts";
import type { PersonRow } from "../../../worker/jobs/files/rows/person-row.ts";
import type { OpenSession } from "../access/list-sessions.ts";
import type { Visitor } from "../access/visitor.ts";
import { auditPath } from "../audit/views.ts";
import { actionTone, actionWords } from "../audit/words.ts";
import { emptyState } from "../ui/empty.ts";
import { field } from "../ui/field.ts";
import { type Html, html, nothing } from "../ui/html.ts";
import { icon } from "../ui/icons.ts";
import { csrfInput, type Page } from "../ui/page.ts";
import { addressWith, pager } from "../ui/table.ts";

/** The page's address. A person's page is below it. */
export const peoplePath = "/admin/people";

/** The address of one person's page. */
export const personPath = (id: string): `/${string}` => `${peoplePath}/${encodeURIComponent(id)}`;

/** A part of the directory. */
export type PeopleShown = {
  people: readonly PersonRow[];
  all: number;
  text: string;
  skip: number;
  next: number | undefined;
};

/** The directory. */
export function peopleView(shown: PeopleShown): Page {
  return {
    title: "People",
    main: html`<div class="card">
        <form class="search" method="get" action="${peoplePath}" role="search">
          ${field({ name: "text", label: "Search names and addresses", type: "search", value: shown.text, wide: true })}
          <button class="button primary">${icon("search")} Search</button>
        </form>
      </div>
      <div class="card">${shown.people.length === 0 ? nobody(shown.text) : table(shown)}</div>`,
  };
}

function nobody(text: string): Html {
  return emptyState({
    icon: "people",
    title: text === "" ? "Nobody has signed in yet" : "Nobody fits",
    text:
      text === ""
        ? "People appear here after their first sign-in."
        : `No name or address contains “${text}”.`,
  });
}

function table({ people, all, text, skip, next }: PeopleShown): Html {
  const at = (place: number) =>
    addressWith(peoplePath, { text }, { skip: place === 0 ? undefined : `${place}` });
  return html`<table class="list">
      <caption class="unseen">People</caption>
      <thead>
        <tr>
          <th scope="col">Name</th><th scope="col">Address</th><th scope="col">Role</th>
          <th scope="col">Last sign-in (UTC)</th>
        </tr>
      </thead>
      <tbody>
        ${people.map(
          (person) =>
            html`<tr>
              <th scope="row">
                <span class="row"
                  ><span class="avatar" aria-hidden="true">${person.initials}</span>
                  <a class="name" href="${personPath(person.id)}">${person.name}</a></span
                >
              </th>
              <td data-label="Address">${person.address}</td>
              <td data-label="Role">${roleBadges(person)}</td>
              <td data-label="Last sign-in">${time(person.signedInAt)}</td>
            </tr>`,
        )}
      </tbody>
    </table>
    ${pager({
      first: skip === 0 ? undefined : at(0),
      next: next === undefined ? undefined : at(next),
      shown: `${skip + 1} to ${skip + people.length} of ${all}`,
    })}`;
}

function roleBadges({ admin, blocked }: PersonRow): Html {
  return html`${admin ? html`<span class="badge accent">Admin</span>` : html`<span class="badge">Person</span>`}
  ${blocked ? html`<span class="badge bad">${icon("lock")} Blocked</span>` : nothing}`;
}

const time = (iso: string) => html`<time datetime="${iso}">${iso.slice(0, 16).replace("T", " ")}</time>`;

/** What a person's page shows. */
export type PersonShown = {
  person: PersonRow;
  sessions: readonly OpenSession[];
  latest: readonly AuditRow[];
  visitor: Visitor;
};

/** One person. */
export function personView({ person, sessions, latest, visitor }: PersonShown): Page {
  return {
    title: person.name,
    actions: roleBadges(person),
    main: html`<div class="card stack">
        <p>${person.address}<br /><span class="quiet">Last sign-in ${time(person.signedInAt)} UTC</span></p>
        ${person.id === visitor.id ? nothing : blockForm(person, visitor)}
      </div>
      <div class="card stack">
        <h2>Sessions</h2>
        ${sessions.length === 0 ? html`<p class="quiet">No session is open.</p>` : sessionsOf(sessions)}
        ${sessions.length === 0 ? nothing : endForm(person, visitor)}
      </div>
      <div class="card stack">
        <h2>Latest actions</h2>
        ${latest.length === 0 ? html`<p class="quiet">None in the last week.</p>` : latestOf(latest)}
        <a href="${addressWith(auditPath, { person: person.id }, {})}">Look in the audit</a>
      </div>`,
  };
}

function blockForm({ id, blocked }: PersonRow, visitor: Visitor): Html {
  return html`<form method="post" action="${personPath(id)}/blocked">
    ${csrfInput(visitor)}
    <input type="hidden" name="blocked" value="${blocked ? "no" : "yes"}" />
    ${
      blocked
        ? html`<button class="button">${icon("key")} Let in again</button>`
        : html`<button class="button danger">${icon("lock")} Block and end all sessions</button>`
    }
  </form>`;
}

function endForm({ id }: PersonRow, visitor: Visitor): Html {
  return html`<form method="post" action="${personPath(id)}/end-sessions">
    ${csrfInput(visitor)}
    <button class="button danger">${icon("signOut")} End all sessions</button>
  </form>`;
}

function sessionsOf(sessions: readonly OpenSession[]): Html {
  return html`<table class="list">
    <caption class="unseen">Open sessions</caption>
    <thead><tr><th scope="col">Began (UTC)</th><th scope="col">Ends unless used (UTC)</th></tr></thead>
    <tbody>
      ${sessions.map(
        ({ began, ends }) =>
          html`<tr><td data-label="Began">${time(began)}</td><td data-label="Ends">${time(ends)}</td></tr>`,
      )}
    </tbody>
  </table>`;
}

function latestOf(entries: readonly AuditRow[]): Html {
  return html`<table class="list">
    <caption class="unseen">Latest actions</caption>
    <thead><tr><th scope="col">Time (UTC)</th><th scope="col">Action</th><th scope="col">File</th></tr></thead>
    <tbody>
      ${entries.map(
        (entry) =>
          html`<tr>
            <td data-label="Time">${time(auditTime(entry))}</td>
            <td data-label="Action"><span class="badge ${actionTone(entry.action)}">${actionWords(entry.action)}</span></td>
            <td data-label="File" class="name">${entry.fileName ?? ""}</td>
          </tr>`,
      )}
    </tbody>
  </table>`;
}
