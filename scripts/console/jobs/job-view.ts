// One job as a page: what it is, what happened to it, and its result.
import { type Html, html, nothing } from "../../../triggers/web/ui/html.ts";
import { icon } from "../../../triggers/web/ui/icons.ts";
import { imageResultSchema } from "../../status/results.ts";
import { dayAndTime, lengthInWords } from "../ui/time.ts";
import { groupAddress, jobAddress } from "./filter.ts";
import type { JobPage } from "./read-job.ts";
import type { Moment } from "./timeline.ts";

/** The content of the page. `actions` is what can be done with the job. */
export function jobView(page: JobPage, { actions }: { actions: Html }): Html {
  return html`${summary(page, actions)} ${timelineView(page.timeline)} ${resultView(page)}`;
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
      ${fact("Message group", html`<a class="code" href="${groupAddress(job.kind, job.group)}">${job.group}</a>`)}
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

function resultView({ job, result, masked }: JobPage): Html {
  if (result === null) return nothing;
  const image = imageResultSchema.safeParse(result).data;
  return html`<section class="card stack" aria-labelledby="result-title">
    <h2 id="result-title">Result</h2>
    ${
      image === undefined
        ? nothing
        : html`<a href="/results/${job.jobId}" target="_blank" rel="noopener"
            ><img class="preview" src="/results/${job.jobId}" alt="The result" width="${image.width}" height="${image.height}"
          /></a>`
    }
    <pre class="code" tabindex="0" aria-label="Result as JSON">${JSON.stringify(result, null, 2)}</pre>
    ${
      masked
        ? html`<p class="row">
            <span class="quiet">Names, addresses and texts are masked.</span>
            <a class="button" href="${jobAddress(job.jobId)}?reveal=1">${icon("person")} <span>Show them</span></a>
          </p>`
        : nothing
    }
  </section>`;
}
