// Files as pages: the people who have some, and those of one person. Names are masked until they are asked for; nothing is opened here.
import { type Html, html, nothing } from "../../../triggers/web/ui/html.ts";
import { addressWith, pager } from "../../../triggers/web/ui/table.ts";
import { counted, size } from "../../cli/format.ts";
import type { Masked } from "../../cli/mask.ts";
import { groupAddress } from "../jobs/filter.ts";
import { revealView } from "../jobs/reveal-view.ts";
import type { Named } from "../masking/seals.ts";
import { dayAndTime } from "../ui/time.ts";
import type { FilesPerson, ListedFile } from "./read-files.ts";

/** The address of the list of people. */
export const filesAddress = "/results/files";

/** The address of a person's files. `ref` is their id, or its seal. */
export const personFilesAddress = (ref: string): string => addressWith(filesAddress, { person: ref }, {});

type Shown<Row> = Masked<readonly Row[]> & { reveal: boolean; next: string | undefined };

const more = (reveal: boolean) => (reveal ? { reveal: "1" } : {});

/** The people. */
export function peopleView({ value, masked, reveal, next }: Shown<FilesPerson & { ref: string }>): Html {
  return html`<section class="card stack" aria-label="People with files">
    ${revealView({ masked, reveal, address: filesAddress })}
    ${value.length === 0 ? html`<p>Nobody has signed in yet. Files are listed by the person who owns them.</p>` : peopleTable(value)}
    ${pager({
      first: undefined,
      next: next === undefined ? undefined : addressWith(filesAddress, { after: next }, more(reveal)),
      shown: counted(value.length, "person").replace("persons", "people"),
    })}
  </section>`;
}

const peopleTable = (people: readonly (FilesPerson & { ref: string })[]): Html =>
  html`<table class="list" data-lines>
    <caption class="unseen">People, by name</caption>
    <thead><tr><th scope="col">Person</th><th scope="col">Address</th><th scope="col" class="number">Files</th><th scope="col" class="number">Size</th><th scope="col" class="number">Signed in</th></tr></thead>
    <tbody>
      ${people.map(
        ({ ref, name, address, files, bytes, signedInAt }) => html`<tr>
          <th scope="row"><a class="name" href="${personFilesAddress(ref)}">${name}</a></th>
          <td data-label="Address" class="name">${address}</td>
          <td data-label="Files" class="number">${files.toLocaleString("en")}</td>
          <td data-label="Size" class="number">${size(bytes)}</td>
          <td data-label="Signed in" class="number">${dayAndTime(signedInAt)}</td>
        </tr>`,
      )}
    </tbody>
  </table>`;

/** One person's files. */
export function filesView(person: Named, { value, masked, reveal, next }: Shown<ListedFile>): Html {
  const address = personFilesAddress(person.ref);
  return html`<p class="way"><a href="${filesAddress}">All people</a> · <a href="${groupAddress("store-file", person.ref)}">Jobs that store this person's files</a></p>
    <section class="card stack" aria-label="Files">
      ${revealView({ masked, reveal, address })}
      ${value.length === 0 ? html`<p>This person has no file now.</p>` : filesTable(value)}
      ${pager({
        first: undefined,
        next:
          next === undefined
            ? undefined
            : `${address}&${new URLSearchParams({ before: next, ...(reveal && { reveal: "1" }) })}`,
        shown: `${counted(value.length, "file")}, the newest first`,
      })}
    </section>`;
}

const filesTable = (files: readonly ListedFile[]): Html =>
  html`<table class="list">
    <caption class="unseen">Files</caption>
    <thead><tr><th scope="col">File</th><th scope="col">Type</th><th scope="col" class="number">Size</th><th scope="col" class="number">Shared, downloads</th><th scope="col" class="number">Stored</th><th scope="col" class="number">Until</th></tr></thead>
    <tbody>
      ${files.map(
        ({ name, folder, contentType, bytes, sharedWith, downloads, createdAt, expiresAt }) => html`<tr>
          <th scope="row"><span class="name">${name}</span>${folder === "" ? nothing : html` <span class="kind">${folder}</span>`}</th>
          <td data-label="Type" class="name">${contentType}</td>
          <td data-label="Size" class="number">${size(bytes)}</td>
          <td data-label="Shared, downloads" class="number">${sharedWith}, ${downloads}</td>
          <td data-label="Stored" class="number">${dayAndTime(createdAt)}</td>
          <td data-label="Until" class="number">${dayAndTime(expiresAt)}</td>
        </tr>`,
      )}
    </tbody>
  </table>`;
