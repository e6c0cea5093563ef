// The one PartiQL statement that the fleet uses: INSERT, which writes an item on condition that there is none with its key (DynamoDB
// developer guide, "PartiQL insert statements"). Whoever looks at calls reads it back.

/** The statement that inserts an item with these attributes into a table; its parameters are their values in this order. */
export function insertStatement(table: string, attributes: readonly string[]): string {
  return `INSERT INTO "${table}" VALUE {${attributes.map((name) => `'${name}': ?`).join(", ")}}`;
}

const insert = /^INSERT INTO "([^"]+)" VALUE \{(.*)\}$/;
const attribute = /'([^']+)': \?/g;

/** The table and the attributes of such a statement; undefined for any other one. */
export function readInsert(statement: string): { table: string; attributes: string[] } | undefined {
  const [, table, item = ""] = insert.exec(statement) ?? [];
  if (table === undefined) return undefined;
  return { table, attributes: [...item.matchAll(attribute)].map(([, name = ""]) => name) };
}
