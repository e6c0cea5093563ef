// The fleet's size on the page of actions: what is, and a form that asks for another one for a time.
import type { AskedSize } from "../../../triggers/metrics-due/asked-size.ts";
import { field } from "../../../triggers/web/ui/field.ts";
import { type Html, html, nothing } from "../../../triggers/web/ui/html.ts";
import type { ScalingStatus } from "../../status/fleet-status.ts";
import { dayAndTime } from "../ui/time.ts";
import { button } from "./forms.ts";

/** What is known of the size. */
export type ShownSize = {
  scaling: ScalingStatus | null;
  asked: AskedSize | undefined;
  readOnly: boolean;
};

/** The section. */
export function sizeView({ scaling, asked, readOnly }: ShownSize): Html {
  const now =
    scaling === null
      ? "Nothing has decided on the size yet."
      : `${scaling.inService} in service, ${scaling.wanted} wanted.`;
  return html`<section class="card stack" aria-labelledby="size-title">
    <h2 id="size-title">Size</h2>
    <p>${now} ${
      asked === undefined
        ? "The policy decides."
        : html`<strong>${asked.instances} asked for</strong> until ${dayAndTime(new Date(asked.until * 1000).toISOString())}, by ${asked.by}.`
    }</p>
    ${readOnly ? nothing : sizeForm(asked)}
  </section>`;
}

function sizeForm(asked: AskedSize | undefined): Html {
  const number = { type: "number", min: 1, required: true } as const;
  return html`<form class="search" method="post" action="/actions/scale">
      ${field({ ...number, name: "instances", label: "Instances", value: String(asked?.instances ?? "") })}
      ${field({ ...number, name: "minutes", label: "For minutes", value: "30", hint: "1 to 1440; it ends by itself, also without this console" })}
      <button class="button">Ask for this size</button>
    </form>
    ${asked === undefined ? nothing : button("scale-back", {}, { label: "Let the policy decide again" })}`;
}
