// What must hold for any policies: laws of IAM that no example can show.
import fc from "fast-check";
import { expect, test } from "vitest";
import { type Access, type Caller, evaluate } from "../../../../../scripts/lab/cloud-check/iam/evaluate.ts";
import { matchesText } from "../../../../../scripts/lab/cloud-check/iam/pattern.ts";
import { readPolicy } from "../../../../../scripts/lab/cloud-check/iam/policy.ts";

const [here, elsewhere] = ["111122223333", "444455556666"];
const caller: Caller = { kind: "role", arn: `arn:aws:iam::${here}:role/worker`, account: here };

const actions = ["s3:GetObject", "s3:PutObject", "sqs:SendMessage"];
const resources = ["arn:aws:s3:::a/x", "arn:aws:s3:::b/x", `arn:aws:sqs:eu-west-1:${here}:q`];
const oneOrMore = (values: readonly string[]) => fc.uniqueArray(fc.constantFrom(...values), { minLength: 1 });
const condition = fc.option(
  fc.record({
    operator: fc.constantFrom("StringEquals", "StringNotEquals", "StringLikeIfExists", "Bool"),
    value: fc.constantFrom("true", "false", "*"),
  }),
  { nil: undefined },
);
const statement = fc
  .record({
    Effect: fc.constantFrom("Allow", "Deny"),
    action: oneOrMore([...actions, "s3:*", "*"]),
    notAction: fc.boolean(),
    resource: oneOrMore([...resources, "arn:aws:s3:::a/*", "*"]),
    notResource: fc.boolean(),
    condition,
  })
  .map(({ Effect, action, notAction, resource, notResource, condition: when }) => ({
    Effect,
    [notAction ? "NotAction" : "Action"]: action,
    [notResource ? "NotResource" : "Resource"]: resource,
    ...(when && { Condition: { [when.operator]: { "x:flag": when.value } } }),
  }));
const principal = fc.constantFrom<unknown>(
  "*",
  { AWS: caller.arn },
  { AWS: here },
  { AWS: elsewhere },
  { Service: "s3.amazonaws.com" },
);
const identityPolicy = fc.array(statement, { maxLength: 5 });
const resourcePolicy = fc.array(
  fc.tuple(statement, principal).map(([rest, Principal]) => ({ ...rest, Principal })),
  { maxLength: 5 },
);
const access: fc.Arbitrary<Access> = fc.record({
  action: fc.constantFrom(...actions),
  resource: fc.constantFrom(...resources),
  resourceAccount: fc.constantFrom(here, elsewhere),
  context: fc.constantFrom<Record<string, string>>({}, { "x:flag": "true" }, { "x:flag": "false" }),
});
const situation = fc.record({ identity: identityPolicy, resource: resourcePolicy, access });

type Situation = { identity: object[]; resource: object[]; access: Access };
const read = (statements: object[]) => readPolicy("p", { Version: "2012-10-17", Statement: statements });
const decide = ({ identity, resource, access: wanted }: Situation) =>
  evaluate(caller, wanted, { identity: read(identity), resource: read(resource) });

const everything = { Action: "*", Resource: "*" };
const denyAll = { Effect: "Deny", ...everything };
const allowAll = { Effect: "Allow", ...everything };

test("a deny that applies wins, wherever it is", () => {
  fc.assert(
    fc.property(situation, fc.boolean(), (given, byResource) => {
      const denied = byResource
        ? { ...given, resource: [...given.resource, { ...denyAll, Principal: "*" }] }
        : { ...given, identity: [denyAll, ...given.identity] };
      expect(decide(denied).why).toBe("explicit-deny");
    }),
  );
});

test("nothing is allowed without an allow", () => {
  const isDeny = ({ Effect }: { Effect?: unknown }) => Effect === "Deny";
  fc.assert(
    fc.property(situation, (given) => {
      const only = {
        ...given,
        identity: given.identity.filter(isDeny),
        resource: given.resource.filter(isDeny),
      };
      expect(decide(only).allowed).toBe(false);
    }),
  );
});

test("an additional allow never refuses, an additional deny never allows", () => {
  fc.assert(
    fc.property(situation, statement, (given, further) => {
      const more = (Effect: string) =>
        decide({ ...given, identity: [...given.identity, { ...further, Effect }] }).allowed;
      const before = decide(given).allowed;
      expect(more("Allow") || !before).toBe(true);
      expect(!more("Deny") || before).toBe(true);
    }),
  );
});

test("the order of statements does not matter", () => {
  fc.assert(
    fc.property(situation, (given) => {
      const turned = {
        ...given,
        identity: given.identity.toReversed(),
        resource: given.resource.toReversed(),
      };
      expect(decide(turned).allowed).toBe(decide(given).allowed);
    }),
  );
});

test("another account's resource needs the identity policy's allow, however open its own policy is", () => {
  fc.assert(
    fc.property(situation, (given) => {
      const foreign = { ...given.access, resourceAccount: elsewhere };
      const open = [{ ...allowAll, Principal: "*" }];
      const isAllow = ({ Effect }: { Effect?: unknown }) => Effect === "Allow";
      const identity = given.identity.filter(isAllow);
      const alone = decide({ identity, resource: [], access: { ...foreign, resourceAccount: here } }).allowed;
      expect(decide({ identity, resource: open, access: foreign }).allowed).toBe(alone);
    }),
  );
});

test("an action is matched by exactly one of Action and NotAction", () => {
  fc.assert(
    fc.property(oneOrMore([...actions, "s3:*", "*"]), access, (list, wanted) => {
      const allowed = (key: string) =>
        decide({
          identity: [{ Effect: "Allow", [key]: list, Resource: "*" }],
          resource: [],
          access: { ...wanted, resourceAccount: here },
        }).allowed;
      expect(allowed("Action")).toBe(!allowed("NotAction"));
    }),
  );
});

/** Wildcards by their definition, slowly. */
function reference(pattern: string, text: string): boolean {
  const [first, ...rest] = pattern;
  if (first === undefined) return text === "";
  if (first === "*")
    return reference(rest.join(""), text) || (text !== "" && reference(pattern, text.slice(1)));
  return text !== "" && (first === "?" || first === text[0]) && reference(rest.join(""), text.slice(1));
}

test("wildcards match according to their definition, and no other character is special", () => {
  const letters = (extra: string) =>
    fc.string({ unit: fc.constantFrom(...`ab.+(/\n${extra}`), maxLength: 8 });
  fc.assert(
    fc.property(letters("*?"), letters(""), (pattern, text) => {
      const matched = matchesText(pattern, text, { context: new Map(), variables: true, wildcards: true });
      expect(matched).toBe(reference(pattern, text));
    }),
    { numRuns: 2000 },
  );
});
