// A bucket's CORS rules, and what they allow for one request. Knows no storage.
import { z } from "zod";

export const corsRuleSchema = z.object({
  id: z.string().optional(),
  origins: z.array(z.string()),
  methods: z.array(z.enum(["GET", "PUT", "POST", "DELETE", "HEAD"])),
  /** Patterns with at most one `*`, compared without case. */
  headers: z.array(z.string()),
  expose: z.array(z.string()),
  maxAgeSeconds: z.number().int().nonnegative().optional(),
});

/** One CORS rule. */
export type CorsRule = z.infer<typeof corsRuleSchema>;

/** A browser's request: origin, method, and (in a preflight) headers. */
export type CorsQuestion = { origin: string; method: string; headers: readonly string[] };

function matches(pattern: string, text: string): boolean {
  const [before, after] = pattern.split("*", 2);
  if (before === undefined || after === undefined) return pattern === text;
  return text.length >= before.length + after.length && text.startsWith(before) && text.endsWith(after);
}

/** The first rule that allows a request, as in S3. */
export function allowingRule(rules: readonly CorsRule[], question: CorsQuestion): CorsRule | undefined {
  return rules.find(
    (rule) =>
      rule.origins.some((origin) => matches(origin, question.origin)) &&
      rule.methods.some((method) => method === question.method) &&
      question.headers.every((header) =>
        rule.headers.some((pattern) => matches(pattern.toLowerCase(), header.toLowerCase())),
      ),
  );
}

/** The response headers of an allowed request. */
export function corsHeaders(rule: CorsRule, question: CorsQuestion): Record<string, string> {
  const anyone = rule.origins.includes("*");
  return {
    "access-control-allow-origin": anyone ? "*" : question.origin,
    ...(!anyone && { "access-control-allow-credentials": "true" }),
    "access-control-allow-methods": rule.methods.join(", "),
    ...(question.headers.length > 0 && { "access-control-allow-headers": question.headers.join(", ") }),
    ...(rule.expose.length > 0 && { "access-control-expose-headers": rule.expose.join(", ") }),
    ...(rule.maxAgeSeconds !== undefined && { "access-control-max-age": String(rule.maxAgeSeconds) }),
    vary: "Origin, Access-Control-Request-Headers, Access-Control-Request-Method",
  };
}
