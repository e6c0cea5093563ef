// The actions of dead-letter queue redrive, from JSON input to JSON output.
import type { SqsActions } from "./action.ts";
import { invalidParameter } from "./errors.ts";
import type { MoveTask } from "./events.ts";
import { taskHandle } from "./move-tasks.ts";

type MoveTaskAction = "StartMessageMoveTask" | "ListMessageMoveTasks" | "CancelMessageMoveTask";

export const moveTaskActions: Pick<SqsActions, MoveTaskAction> = {
  StartMessageMoveTask: (core, input) => {
    const TaskHandle = core.startMoveTask({
      sourceArn: input.SourceArn,
      ...(input.DestinationArn !== undefined && { destinationArn: input.DestinationArn }),
      ...(input.MaxNumberOfMessagesPerSecond !== undefined && {
        messagesPerSecond: input.MaxNumberOfMessagesPerSecond,
      }),
    });
    return { output: { TaskHandle }, summary: { source: input.SourceArn } };
  },
  ListMessageMoveTasks: (core, input) => {
    const count = input.MaxResults ?? 1;
    if (count < 1 || count > 10)
      throw invalidParameter("Value for parameter MaxResults must be from 1 to 10.");
    const view = (task: MoveTask) => ({
      SourceArn: core.arnOf(task.source),
      ...(task.destination !== undefined && { DestinationArn: core.arnOf(task.destination) }),
      ...(task.messagesPerSecond !== undefined && { MaxNumberOfMessagesPerSecond: task.messagesPerSecond }),
      Status: task.status,
      StartedTimestamp: task.startedAt,
      ApproximateNumberOfMessagesMoved: task.moved,
      ApproximateNumberOfMessagesToMove: task.toMove,
      ...(task.failureReason !== undefined && { FailureReason: task.failureReason }),
      ...(task.status === "RUNNING" && { TaskHandle: taskHandle(core.context, task) }),
    });
    return { output: { Results: core.listMoveTasks(input.SourceArn).slice(0, count).map(view) } };
  },
  CancelMessageMoveTask: (core, input) => ({
    output: { ApproximateNumberOfMessagesMoved: core.cancelMoveTask(input.TaskHandle) },
  }),
};
