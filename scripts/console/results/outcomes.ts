// The table of the last ended jobs, with links to their results.

import { type Html, html } from "../../../triggers/web/ui/html.ts";
import type { Outcome } from "../../status/outcomes.ts";
import { imageResultSchema, sheetResultSchema } from "../../status/results.ts";
import { jobAddress } from "../jobs/filter.ts";
import { nameOf } from "../jobs/listed-job.ts";
import { lengthInWords, timeOfDay } from "../ui/time.ts";

/** Newest first, or a sentence when no job has ended yet. */
export function outcomesView(outcomes: readonly Outcome[], uploadsBucket: string): Html {
  const empty = html`<p class="empty">No job has ended yet. Add a picture and it appears here.</p>`;
  return html`<section class="card" id="outcomes" aria-labelledby="outcomes-title">
    <h2 id="outcomes-title">Last outcomes</h2>
    ${outcomes.length === 0 ? empty : table(outcomes, uploadsBucket)}
  </section>`;
}

/** With explicit roles: narrow screens lay out the rows as grids, which can hide the table from screen readers. */
function table(outcomes: readonly Outcome[], uploadsBucket: string): Html {
  return html`<table class="outcomes" role="table">
    <thead role="rowgroup">
      <tr role="row">
        <th role="columnheader" scope="col"><span class="unseen">Picture</span></th>
        <th role="columnheader" scope="col">Job</th>
        <th role="columnheader" scope="col">Outcome</th>
        <th role="columnheader" scope="col" class="number">Took</th>
        <th role="columnheader" scope="col" class="number">Ended</th>
      </tr>
    </thead>
    <tbody role="rowgroup">
      ${outcomes.map((outcome) => row(outcome, uploadsBucket))}
    </tbody>
  </table>`;
}

/** The link opens in a new tab, because the page may still be uploading pictures. */
function row(ended: Outcome, uploadsBucket: string): Html {
  const image = imageResultSchema.safeParse(ended.result).data;
  const address = image === undefined ? undefined : resultAddress(ended.jobId);
  const { name, folder } = subjectOf(ended, uploadsBucket);
  const label = html`<span class="name">${name}</span>`;
  return html`<tr role="row" id="job-${ended.jobId}">
    <td role="cell" class="thumb">${address === undefined ? html`<span class="nothing"></span>` : thumbnail(address)}</td>
    <th role="rowheader" scope="row">
      ${address === undefined ? label : html`<a href="${address}" target="_blank" rel="noopener">${label}</a>`}
      <span class="kind"><a href="${jobAddress(ended.jobId)}" aria-label="Job ${ended.jobId}">${ended.kind}</a>${folder === "" ? "" : ` · ${folder}`}</span>
    </th>
    <td role="cell">
      <span class="outcome ${ended.outcome}">${ended.outcome}</span>
      <span class="detail">${detailOf(ended)}</span>
    </td>
    <td role="cell" class="number">${lengthInWords(ended.seconds)}</td>
    <td role="cell" class="number">${timeOfDay(ended.endedAt)}</td>
  </tr>`;
}

/** The picture has an empty alternative text, because the row's link already describes it. */
function thumbnail(address: string): Html {
  return html`<img src="${address}" alt="" loading="lazy" width="40" height="40" />`;
}

/** The path that redirects to a result. */
export function resultAddress(jobId: string): string {
  return `/results/${jobId}`;
}

/** The subject of a job for people: a sheet and its album, an object's name and folder, or what lists of jobs call it. */
function subjectOf(
  { jobId, group, result }: Outcome,
  uploadsBucket: string,
): { name: string; folder: string } {
  const sheet = sheetResultSchema.safeParse(result).data;
  if (sheet !== undefined)
    return { name: `Contact sheet at ${sheet.threshold} pictures`, folder: sheet.album };
  const prefix = `${uploadsBucket}/`;
  const grouped = group.startsWith(prefix) ? group.slice(prefix.length) : undefined;
  const key = imageResultSchema.safeParse(result).data?.key ?? grouped;
  if (key === undefined) return { name: nameOf({ jobId, group, result: result ?? undefined }), folder: "" };
  const end = key.lastIndexOf("/");
  return end < 0 ? { name: key, folder: "" } : { name: key.slice(end + 1), folder: key.slice(0, end) };
}

/** One line about a job's result. */
function detailOf({ result, reason }: Outcome): string {
  const sheet = sheetResultSchema.safeParse(result).data;
  if (sheet !== undefined)
    return sheet.missing === 0
      ? `${sheet.shown} shown`
      : `${sheet.shown} shown, ${sheet.missing} no longer there`;
  const image = imageResultSchema.safeParse(result).data;
  return image === undefined ? (reason ?? "") : `${image.width} × ${image.height}`;
}
