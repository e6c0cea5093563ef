// The Lambda function that deactivates receipt rules when their stack is deleted. No logic.
import { SESClient } from "@aws-sdk/client-ses";
import { answering, type CustomResourceRequest } from "../custom-resource.ts";
import { deactivateRules } from "./deactivate-rules.ts";

const client = new SESClient({});

/** A person activates the rules, since another set may be active. */
export const handler = (request: CustomResourceRequest<{ RuleSet: string }>): Promise<void> =>
  answering(request, async () =>
    request.RequestType === "Delete" ? deactivateRules(client, request.ResourceProperties.RuleSet) : false,
  );
