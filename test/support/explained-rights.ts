// Why the worker and the triggers have rights that no flow needs.

/** Rights that no flow of the permissions test uses, as `CALLER: ACTION on RESOURCE`, and why they are granted all the same. */
export const explainedRights: readonly [pattern: RegExp, reason: string][] = [
  [
    /^worker: (sqs:DeleteMessage on .*-answer-slack\.fifo|dynamodb:BatchGetItem on .*-(jobs|words))$/,
    "answers slash commands at Slack's own address, which no test calls",
  ],
  [
    /^worker: autoscaling:(CompleteLifecycleAction|SetInstanceHealth) on .*Name\/fifo-fleet-workers(-on-demand)?$/,
    "when its instance gets ready, is taken away or is given up",
  ],
  [
    /^metrics-due: autoscaling:(TerminateInstanceInAutoScalingGroup|SetDesiredCapacity) on .*Name\/fifo-fleet-workers$/,
    "when the fleet shrinks; these flows have no instances",
  ],
  [/^worker: logs:\w+ on .*log-group:\/fifo-fleet\/workers:\*$/, "Docker's log driver on the instance"],
  [
    /^worker: ecr:(GetAuthorizationToken on \*|\w+ on .*:repository\/(cdk-|fifo-fleet-worker$))/,
    "Docker pulls the image when an instance boots",
  ],
  [
    /^worker: (ssm:UpdateInstanceInformation|ssmmessages:\w+) on \*$/,
    "Session Manager, which stands for SSH",
  ],
  [/: logs:(CreateLogStream|PutLogEvents) on .*log-group:\/fifo-fleet\/triggers\//, "Lambda writes the log"],
  [
    /^record-changed: sqs:SendMessage on .*:fifo-fleet-[a-z-]+-failed$/,
    "Lambda sends events that failed there; the other triggers send what they dropped, too",
  ],
  [
    /^record-changed: dynamodb:\w+ on (\*|.*\/stream\/.*)$/,
    "Lambda reads the streams; judged on their own above",
  ],
  [
    /^(record-changed|outbox-due): sqs:(GetQueueUrl|SendMessage) on .*\.fifo$/,
    "an outbox row may be of any kind",
  ],
  [/^worker: sqs:ChangeMessageVisibility on/, "for jobs that last, fail or are handed back"],
  [/^worker: sqs:SendMessage on .*-dead\.fifo$/, "for jobs that fail for good; shown of one kind"],
  [
    /^worker: s3:DeleteObjectVersion on .*-results-/,
    "takes back what a stale run wrote; a race that no flow forces",
  ],
  [/^worker: s3:(GetObject|ListBucket) on .*-plans-/, "reads the plan of a run that died midway"],
  [
    /^worker: s3:(AbortMultipartUpload|ListMultipartUploadParts) on .*-secure-/,
    "copies files above 1 GB in parts and goes on where a run stopped; shown in store-large-file.test.ts",
  ],
  [
    /^worker: s3:ListBucket on .*-incoming-/,
    "tells an upload that is gone from one that is refused; shown in store-file.test.ts",
  ],
  [
    /: dynamodb:Query on .*-(files\/index\/listed|links\/index\/requests)$/,
    "a right to query covers all indexes of a table; jobs use the other one",
  ],
];
