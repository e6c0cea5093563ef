// How the campaign compares the cloud with the reference: slash commands answered at most once, no plan outlives its job.
import { expect, test } from "vitest";
import type { CloudContents } from "../../../../../scripts/lab/campaign/reference/cloud-contents.ts";
import { compare, orphanRows } from "../../../../../scripts/lab/campaign/reference/compare.ts";
import { type Expected, reference } from "../../../../../scripts/lab/campaign/reference/reference.ts";
import { resourceNames } from "../../../../../worker/fleet/resources.ts";
import { CloudLog } from "../../../../support/campaign/cloud-log.ts";

const nothing: CloudContents = {
  images: [],
  albums: [],
  sheets: [],
  submissions: [],
  outbox: [],
  words: [],
  wordHours: [],
  outgoingMails: [],
  taken: new Map(),
  slackPosts: new Map(),
  plans: [],
  jobs: [],
  uploads: [],
  results: [],
  sheetObjects: [],
  parts: [],
  sharing: { files: [], uploads: [], packs: [], quotas: [], audit: [], incoming: [], secure: [] },
};
const names = resourceNames("campaign");
const command: Expected = { ...reference([], new Set()), answers: new Map([["answer-slack/1", "/1"]]) };

/** How a slash command's row is judged, by its answer and by how often Slack received it. */
const said = (answer: string, heard: number) =>
  compare(
    command,
    {
      ...nothing,
      jobs: [{ jobId: "answer-slack/1", result: { answer } }],
      slackPosts: new Map(heard > 0 ? [["/1", heard]] : []),
    },
    names,
  ).map(({ doubled }) => (doubled ? "doubled" : "other"));

test("a sent answer was received once, an ambiguous one at most once, a refused or expired one never", () => {
  expect([
    said("sent", 1),
    said("ambiguous", 0),
    said("ambiguous", 1),
    said("refused", 0),
    said("expired", 0),
  ]).toEqual(Array.from({ length: 5 }, () => []));
  expect([said("sent", 0), said("none", 0), said("refused", 1)]).toEqual([["other"], ["other"], ["other"]]);
  expect([said("sent", 2), said("ambiguous", 2)]).toEqual([["doubled"], ["doubled"]]);
});

test("a post to an unknown Slack address counts as doubled", () => {
  const found = { ...nothing, slackPosts: new Map([["/2", 1]]) };
  expect(compare(reference([], new Set()), found, names)).toMatchObject([{ doubled: true }]);
});

test("a plan that outlives its job is an orphan, unless a worker without a lease stored it after the job's end", () => {
  const put = { what: "put", bucket: "plans", key: "w/a.json", versionId: "v1", jobId: undefined } as const;
  const early = new CloudLog().sent("w/a").add(put).claim("W1", "w/a", 1).end("W1", "w/a", 1);
  const late = new CloudLog().sent("w/a").claim("W1", "w/a", 1).end("W1", "w/a", 1).add(put);
  const found = { ...nothing, plans: [{ key: "w/a.json", versionId: "v1", current: true }] };
  expect(orphanRows(found, early.evidence({}).history)).toEqual(["the plan w/a.json outlived its job"]);
  expect(orphanRows(found, late.evidence({}).history)).toEqual([]);
});
