// The dashboard's row about the verdict: what `npm run queues -- status` judges by, the size that is wanted and the gap to it, and
// a text that leads from each situation to its page.
import { Color, GraphWidget, type IWidget, TextWidget } from "aws-cdk-lib/aws-cloudwatch";
import { combined, ofFleet, ofGroup } from "../fleet-metrics.ts";

/** From this age of the oldest job on the verdict is overloaded; the status has the same. */
export const overloadedSeconds = 300;

type VerdictProps = { fleet: string; groupName: string; maxInstances: number; docs: string };

/** The row. */
export const verdictWidgets = (props: VerdictProps): IWidget[] => [guide(props), inputs(props), size(props)];

const third = { width: 8, height: 7 };

/** Situations, and the pages about them below docs/. */
export const situations: readonly { when: string; page: string }[] = [
  { when: "jobs wait and no instance is in service", page: "runbooks/nobody-works.md" },
  { when: "wanted stays above in service", page: "runbooks/no-capacity.md" },
  { when: "wanted is at its maximum", page: "runbooks/at-maximum.md" },
  { when: "slots idle beside waiting jobs: group-bound", page: "scaling.md" },
  { when: "dead letters", page: "runbooks/dead-letters.md" },
  { when: "failed events", page: "runbooks/failed-events.md" },
  { when: "a service does not answer", page: "runbooks/services-down.md" },
  { when: "nothing is counted", page: "runbooks/not-counted.md" },
];

function guide({ fleet, docs }: VerdictProps): TextWidget {
  const links = situations.map(({ when, page }) => `- ${when}: [${page}](${docs}/${page})`);
  const markdown = [
    `**${fleet}**: \`npm run queues -- status --aws\` says the verdict in words, \`doctor\` what is wrong.`,
    ...links,
    "Saved queries in Logs Insights: slowest groups, who fails, one job's story, why the size changed.",
  ].join("\n");
  return new TextWidget({ markdown, ...third });
}

function inputs({ fleet }: VerdictProps): GraphWidget {
  const most = (name: string, label: string) => ofFleet(fleet, name, "Maximum").with({ label });
  return new GraphWidget({
    title: "What the verdict is made of",
    ...third,
    left: [
      ...[most("Visible", "waiting"), most("InFlight", "in flight"), most("Dead", "dead letters")],
      most("FailedEvents", "failed events"),
    ],
    right: [
      ofFleet(fleet, "BusySlots", "Sum").with({ label: "busy slots" }),
      ofFleet(fleet, "IdleSlots", "Sum").with({ label: "idle slots" }),
    ],
    leftYAxis: { min: 0, label: "messages" },
    rightYAxis: { min: 0, label: "slots" },
  });
}

function size({ fleet, groupName, maxInstances }: VerdictProps): GraphWidget {
  const wanted = ofFleet(fleet, "Wanted", "Maximum").with({ label: "wanted" });
  const desired = ofGroup(groupName, "GroupDesiredCapacity").with({ label: "asked for" });
  const serving = ofGroup(groupName, "GroupInServiceInstances").with({ label: "in service" });
  return new GraphWidget({
    title: "Size: wanted, asked for, in service, and the gap",
    ...third,
    left: [wanted, desired, serving, combined("wanted - serving", { wanted, serving }, "gap")],
    leftAnnotations: [{ value: maxInstances, label: "largest size", color: Color.GREY }],
  });
}
