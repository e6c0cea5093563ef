// Faults between caller and service: what can go wrong, and rules that say when. Knows nothing about sockets.
import { z } from "zod";
import { accessKeyIdOf } from "./route.ts";
import type { ServiceRequest } from "./service.ts";

const milliseconds = z.number().int().nonnegative().max(3_600_000);

export const faultSchema = z.discriminatedUnion("kind", [
  /** The connection breaks before the service sees the request. */
  z.strictObject({ kind: z.literal("drop-before-apply") }),
  /** The service applies the request; the connection breaks before the answer. */
  z.strictObject({ kind: z.literal("drop-answer") }),
  /** The service applies the request; the connection breaks in the middle of the answer's body. */
  z.strictObject({ kind: z.literal("reset-in-body") }),
  /** The request or its answer is delayed, in milliseconds on the cloud's clock. */
  z.strictObject({
    kind: z.literal("delay"),
    beforeMs: milliseconds.default(0),
    afterMs: milliseconds.default(0),
  }),
  /** The service answers this error and applies nothing (throttling, 5xx). */
  z.strictObject({
    kind: z.literal("error"),
    status: z.number().int().min(400).max(599).default(503),
    code: z.string().min(1).default("ServiceUnavailable"),
    message: z.string().default("Injected fault."),
  }),
  /** The gateway answers exactly this and applies nothing, for refusals that a plain error cannot express. */
  z.strictObject({
    kind: z.literal("answer"),
    status: z.number().int().min(200).max(599),
    headers: z.record(z.string(), z.string()).default({}),
    body: z.string(),
  }),
  /** The request arrives twice; the caller sees the second answer. */
  z.strictObject({ kind: z.literal("duplicate") }),
]);

/** A fault as data. */
export type DeclaredFault = z.infer<typeof faultSchema>;

/** What happens to a request. A rule in code may also hold one until something else has happened. */
export type Fault = DeclaredFault | { kind: "hold"; until: Promise<unknown> };

/** What a rule sees of a request. */
export type FaultCall = { service: string; action: string; request: ServiceRequest };

/** Returns the fault for this request, or `undefined` to let it pass. Called once per request. */
export type FaultRule = (call: FaultCall) => Fault | undefined;

export const declaredRuleSchema = z.strictObject({
  service: z.string().optional(),
  action: z.string().optional(),
  /** Only requests whose access key id starts with this; workers' start with `i-`. */
  from: z.string().optional(),
  fault: faultSchema,
  /** Probability that a matching request is hit, drawn from the seeded sequence. */
  probability: z.number().min(0).max(1).default(1),
  /** Only every nth matching request. */
  nth: z.number().int().positive().default(1),
  /** How many requests the rule hits at most. */
  times: z.number().int().positive().optional(),
  seed: z.number().int().default(1),
});

/** A fault rule as data, for the control endpoint. */
export type DeclaredRule = z.input<typeof declaredRuleSchema>;

/**
 * Numbers in [0, 1) that depend on the seed alone (mulberry32). Every seed is a place on one cycle of 2^32 numbers, so two
 * seeds give the same numbers, shifted. Seeds that differ by less than 2,000 start more than 680,000 numbers apart: shorter
 * sequences of such seeds share nothing.
 */
export function seededRandom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** Turns a declared rule into a function, with its own counters and random sequence. */
export function ruleFrom(declared: DeclaredRule): FaultRule {
  const rule = declaredRuleSchema.parse(declared);
  const random = seededRandom(rule.seed);
  let matched = 0;
  let hit = 0;
  return (call) => {
    if (rule.service !== undefined && rule.service !== call.service) return undefined;
    if (rule.action !== undefined && rule.action !== call.action) return undefined;
    if (rule.from !== undefined && !(accessKeyIdOf(call.request) ?? "").startsWith(rule.from))
      return undefined;
    matched += 1;
    if (matched % rule.nth !== 0 || random() >= rule.probability) return undefined;
    if (rule.times !== undefined && hit >= rule.times) return undefined;
    hit += 1;
    return rule.fault;
  };
}
