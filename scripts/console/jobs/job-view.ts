// One job as a page: what it is, what happened to it, what it was given, what it made, and the jobs before and after it.
import { type Html, html, nothing } from "../../../triggers/web/ui/html.ts";
import { imageResultSchema, referenceResultSchema } from "../../status/results.ts";
import type { Moment } from "../../status/timeline.ts";
import { dayAndTime, lengthInWords } from "../ui/time.ts";
import { groupLink, jobAddress } from "./filter.ts";
import type { JobPage, RelatedJob } from "./read-job.ts";
import { revealView } from "./reveal-view.ts";

/** The content of the page. `actions` is what can be done with the job. */
export function jobView(page: JobPage, { actions, reveal }: { actions: Html; reveal: boolean }): Html {
  return html`${summary(page, actions)} ${revealView({ ...page, reveal, address: jobAddress(page.job.jobId) })}
  ${timelineView(page.timeline)} ${relatedView(page)} ${payloadView(page)} ${resultView(page)}`;
}

function summary({ job, traceId, messageId, redrives, code, pause, dead }: JobPage, actions: Html): Html {
  return html`<section class="card stack" aria-label="Summary">
    <p>
      <span class="outcome ${job.status}">${job.status}</span>
      ${pause === null ? nothing : html`<span class="badge warn">${pause.group === undefined ? "its kind" : "its group"} is paused</span>`}
      ${dead ? html`<span class="badge bad">in the dead-letter queue</span>` : nothing}
    </p>
    ${job.reason === null ? nothing : html`<p class="reason">${code === null ? "" : `${code}: `}${job.reason}</p>`}
    <dl class="facts">
      ${fact("Job", html`<code>${job.jobId}</code>`)}
      ${fact("Kind", html`<a href="/jobs?state=ended&kind=${job.kind}">${job.kind}</a>`)}
      ${fact("Message group", html`<a class="code" href="${groupLink(job)}">${job.group}</a>`)}
      ${fact("Runs that count", html`${job.runs}${redrives > 0 ? ` since it was sent back (${redrives} times in all)` : ""}`)}
      ${job.seconds === null ? nothing : fact("From enqueued to ended", html`${lengthInWords(job.seconds)}`)}
      ${messageId === null ? nothing : fact("SQS message", html`<code>${messageId}</code>`)}
      ${traceId === null ? nothing : fact("Trace", html`<code>${traceId}</code>`)}
      ${fact("Its log lines", html`<code>${logsQuery(job.jobId)}</code>`)}
    </dl>
    ${actions}
  </section>`;
}

const fact = (name: string, value: Html): Html => html`<dt>${name}</dt>
  <dd>${value}</dd>`;

/** A query for CloudWatch Logs Insights on the log group of the workers; locally the lines are in the terminal. */
const logsQuery = (jobId: string) =>
  `fields @timestamp, @message | filter jobId = "${jobId.replaceAll('"', '\\"')}" | sort @timestamp`;

function timelineView(moments: readonly Moment[]): Html {
  return html`<section class="card" aria-labelledby="timeline-title">
    <h2 id="timeline-title">What happened</h2>
    <ol class="timeline">
      ${moments.map(
        (moment) =>
          html`<li class="${toneOf(moment)}">
            ${dayAndTime(moment.at)} <strong>${wordsOf(moment)}</strong>
            ${moment.why === undefined ? nothing : html`<span class="detail">${moment.why}</span>`}
          </li>`,
      )}
    </ol>
  </section>`;
}

const ends: Readonly<Record<NonNullable<Moment["end"]>, string>> = {
  failed: "failed",
  "put off": "put off by the cloud's trouble; it does not count",
  interrupted: "interrupted and returned; it does not count",
  lost: "no note of its end: the worker died or lost its lease",
  "ended the job": "ended the job",
  "goes on": "it goes on",
};

function wordsOf({ what, worker, end, seconds }: Moment): string {
  if (what !== "run") return what;
  const took = seconds === undefined ? "" : ` after ${lengthInWords(seconds)}`;
  return `run by ${worker}: ${end === undefined ? "" : ends[end]}${took}`;
}

function toneOf({ what, end }: Moment): string {
  if (what === "dead-lettered" || what === "in its dead-letter queue" || end === "lost") return "bad";
  if (what === "rejected" || end === "failed" || end === "put off") return "warn";
  return what === "completed" ? "good" : "";
}

function relatedView({ causedBy, followUps }: JobPage): Html {
  if (causedBy === null && followUps.length === 0) return nothing;
  return html`<section class="card" aria-labelledby="related-title">
    <h2 id="related-title">Before and after</h2>
    <ul class="plain">
      ${causedBy === null ? nothing : html`<li class="row">follows from ${relatedLink(causedBy)}</li>`}
      ${followUps.map((job) => html`<li class="row">led to ${relatedLink(job)}</li>`)}
    </ul>
  </section>`;
}

const relatedLink = ({ jobId, kind, name, status }: RelatedJob): Html =>
  status === null
    ? html`<span class="name">${jobId}</span> <span class="quiet">no worker has received it yet, or its row has expired</span>`
    : html`<a class="name" href="${jobAddress(jobId)}">${name}</a> <span class="quiet small">${kind}</span>
        <span class="outcome ${status}">${status}</span>`;

function payloadView({ job, payload, payloadBytes }: JobPage): Html {
  return html`<section class="card stack" aria-labelledby="payload-title">
    <h2 id="payload-title">Payload</h2>
    ${
      payload === null
        ? html`<p class="quiet">${whyNoPayload(job.status, payloadBytes)}</p>`
        : json(payload, "Payload as JSON")
    }
  </section>`;
}

function whyNoPayload(status: string, bytes: number | null): string {
  if (bytes !== null)
    return `It has ${bytes.toLocaleString("en")} bytes, more than the ledger keeps. A dead letter has it: npm run queues -- dead.`;
  const rule = "The ledger keeps what a job was given from its first failure on, and of refused jobs.";
  return status === "completed"
    ? `${rule} This one succeeded without a failure, and its message is deleted.`
    : `${rule} Until then only its message has it, which SQS shows to nobody but a worker.`;
}

const json = (value: unknown, label: string): Html =>
  html`<pre class="code" tabindex="0" aria-label="${label}">${JSON.stringify(value, null, 2)}</pre>`;

function resultView({ job, result }: JobPage): Html {
  if (result === null) return nothing;
  const image = imageResultSchema.safeParse(result).data;
  const submissionId = referenceResultSchema.safeParse(result).data?.submissionId;
  return html`<section class="card stack" aria-labelledby="result-title">
    <h2 id="result-title">Result</h2>
    ${
      image === undefined
        ? nothing
        : html`<a href="/results/${job.jobId}" target="_blank" rel="noopener"
            ><img class="made" src="/results/${job.jobId}" alt="The result" width="${image.width}" height="${image.height}"
          /></a>`
    }
    ${submissionId === undefined ? nothing : html`<p><a href="/submissions/${submissionId}">The submission that it made</a></p>`}
    ${json(result, "Result as JSON")}
  </section>`;
}
