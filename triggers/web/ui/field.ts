// A form's field: its label, a hint, and the error that belongs to it, tied together for screen readers.
import { type Html, html, nothing } from "./html.ts";

/** What a field is made of. */
export type Field = {
  /** Also its id. */
  name: string;
  label: string;
  value?: string | undefined;
  type?: "text" | "search" | "email" | "password" | "number" | "date" | "datetime-local";
  hint?: string | undefined;
  error?: string | undefined;
  required?: boolean;
  autocomplete?: string;
  /** The least number. */
  min?: number;
  minLength?: number;
  maxLength?: number;
  /** Fills the row it is in. */
  wide?: boolean;
};

/** A line to fill in. */
export function field({ name, label, value = "", type = "text", hint, error, ...more }: Field): Html {
  const described = [hint && `${name}-hint`, error && `${name}-error`].filter(Boolean).join(" ");
  return html`<div class="field ${more.wide ? "wide" : ""}">
    <label for="${name}">${label}</label>
    <input id="${name}" name="${name}" type="${type}" value="${value}"
      ${more.required ? html`required` : nothing}
      ${more.autocomplete ? html`autocomplete="${more.autocomplete}"` : nothing}
      ${more.min === undefined ? nothing : html`min="${more.min}"`}
      ${more.minLength === undefined ? nothing : html`minlength="${more.minLength}"`}
      ${more.maxLength === undefined ? nothing : html`maxlength="${more.maxLength}"`}
      ${described ? html`aria-describedby="${described}"` : nothing}
      ${error ? html`aria-invalid="true"` : nothing} />
    ${hint ? html`<span class="hint" id="${name}-hint">${hint}</span>` : nothing}
    ${error ? html`<span class="error" id="${name}-error">${error}</span>` : nothing}
  </div>`;
}

/** A choice among few. */
export function choice(shown: {
  name: string;
  label: string;
  value: string;
  options: readonly { value: string; label: string }[];
  /** Fills the row it is in. */
  wide?: boolean;
}): Html {
  const { name, label, value, options, wide } = shown;
  return html`<div class="field ${wide ? "wide" : ""}">
    <label for="${name}">${label}</label>
    <select id="${name}" name="${name}">
      ${options.map(
        (option) =>
          html`<option value="${option.value}" ${option.value === value ? html`selected` : nothing}>
            ${option.label}
          </option>`,
      )}
    </select>
  </div>`;
}
