// Notes which store calls are made and what they read, so that tests can state their number and kinds.
import type { DynamoDBDocumentClient } from "@aws-sdk/lib-dynamodb";

export type CallLog = {
  db: DynamoDBDocumentClient;
  calls: string[];
  /** Rows that queries have read, whether or not they answered them. */
  rowsRead: () => number;
};

/** The client, with every command and its table noted as `GetCommand links`. */
export function loggedCalls(db: DynamoDBDocumentClient, fleet: string): CallLog {
  const calls: string[] = [];
  let rows = 0;
  const count = (answer: { ScannedCount?: number }) => {
    rows += answer.ScannedCount ?? 0;
    return answer;
  };
  const logged = new Proxy(db, {
    get: (target, property) => {
      const value: unknown = Reflect.get(target, property, target);
      if (property !== "send" || typeof value !== "function") return value;
      return (command: { input: { TableName?: string } }, ...more: unknown[]): unknown => {
        const table = command.input.TableName?.replace(`${fleet}-`, "");
        calls.push([command.constructor.name, table].filter(Boolean).join(" "));
        return (Reflect.apply(value, target, [command, ...more]) as Promise<object>).then(count);
      };
    },
  });
  return { db: logged, calls, rowsRead: () => rows };
}
