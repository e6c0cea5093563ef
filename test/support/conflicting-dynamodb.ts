// DynamoDB as AWS runs it: transactions take time, and one that touches an item of another is cancelled with
// TransactionConflict. The local database runs one transaction at a time and never conflicts.
import { setTimeout as wait } from "node:timers/promises";
import type { LocalService, ServiceRequest, ServiceResponse } from "../../scripts/local/gateway/service.ts";

type Action = { Key?: unknown; TableName?: string; Item?: unknown };

/** What happened to transactions. */
export type ConflictReport = { applied: number; cancelled: number };

/** Wraps the service: every transaction takes `ms` before it is applied. */
export function conflicting(
  service: LocalService,
  ms: number,
): { service: LocalService; report: ConflictReport } {
  const atWork = new Set<string>();
  const report = { applied: 0, cancelled: 0 };
  const transact = async (request: ServiceRequest): Promise<ServiceResponse> => {
    const keys = keysOf(request);
    const taken = keys.map((key) => atWork.has(key));
    if (taken.includes(true)) {
      report.cancelled += 1;
      return cancelled(taken.map((is) => (is ? "TransactionConflict" : "None")));
    }
    for (const key of keys) atWork.add(key);
    try {
      await wait(ms);
      const response = await service.handle(request);
      if (response.status === 200) report.applied += 1;
      return response;
    } finally {
      for (const key of keys) atWork.delete(key);
    }
  };
  const handle = (request: ServiceRequest) =>
    service.actionOf(request) === "TransactWriteItems" ? transact(request) : service.handle(request);
  return { service: { ...service, handle }, report };
}

function keysOf(request: ServiceRequest): string[] {
  const { TransactItems } = JSON.parse(request.body.toString()) as {
    TransactItems: Record<string, Action>[];
  };
  return TransactItems.flatMap((action) => Object.values(action)).map(({ TableName, Key, Item }) =>
    JSON.stringify([TableName, Key ?? Item]),
  );
}

/** The answer to a transaction that was cancelled, with the reason of every action. */
export function cancelled(codes: readonly string[]): ServiceResponse {
  return {
    status: 400,
    headers: { "content-type": "application/x-amz-json-1.0" },
    body: JSON.stringify({
      __type: "com.amazonaws.dynamodb.v20120810#TransactionCanceledException",
      message: `Transaction cancelled, please refer cancellation reasons for specific reasons [${codes.join(", ")}]`,
      CancellationReasons: codes.map((Code) => ({ Code })),
    }),
  };
}
