// A page to read the API's description on: written on the server, so that it needs no script.
import { type Html, html, nothing } from "../ui/html.ts";
import type { Page } from "../ui/page.ts";
import type { ApiDocument, Operation } from "./document.ts";

const tones: Readonly<Record<string, string>> = {
  get: "accent",
  post: "good",
  put: "warn",
  patch: "warn",
  delete: "bad",
};

/** The page. */
export function apiView(document: ApiDocument, documentPath: string): Page {
  const operations = Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({ path, method, operation })),
  );
  const tags = [...new Set(operations.flatMap(({ operation }) => operation.tags))].sort();
  return {
    title: "API",
    actions: html`<a class="button" href="${documentPath}">OpenAPI description</a>`,
    main: html`<div class="card"><p>${document.info.description}</p></div>
      ${tags.map(
        (tag) =>
          html`<section class="card" aria-labelledby="tag-${tag}">
            <h2 id="tag-${tag}">${tag}</h2>
            ${operations.filter(({ operation }) => operation.tags.includes(tag)).map(operationView)}
          </section>`,
      )}`,
  };
}

type Shown = { path: string; method: string; operation: Operation };

function operationView({ path, method, operation }: Shown): Html {
  return html`<details class="operation">
    <summary>
      <span class="badge ${tones[method] ?? ""}">${method.toUpperCase()}</span> <code>${path}</code>
      <span class="quiet">${operation.summary}</span>
    </summary>
    ${operation.parameters.length === 0 ? nothing : parameters(operation)}
    ${operation.requestBody === undefined ? nothing : schema("Body", operation.requestBody.content["application/json"].schema)}
    ${Object.entries(operation.responses).map(([status, answer]) =>
      "content" in answer && answer.content
        ? schema(`Answer ${status}`, answer.content["application/json"].schema)
        : "$ref" in answer
          ? nothing
          : html`<p>Answer ${status}, without a body.</p>`,
    )}
  </details>`;
}

function parameters(operation: Operation): Html {
  return html`<table class="list">
    <caption>
      Parameters
    </caption>
    <thead>
      <tr><th scope="col">Name</th><th scope="col">In</th><th scope="col">Required</th><th scope="col">Takes</th></tr>
    </thead>
    <tbody>
      ${operation.parameters.map(
        (parameter) =>
          html`<tr>
            <th scope="row"><code>${parameter.name}</code></th>
            <td data-label="In">${parameter.in}</td>
            <td data-label="Required">${parameter.required ? "yes" : "no"}</td>
            <td data-label="Takes"><code>${JSON.stringify(parameter.schema)}</code></td>
          </tr>`,
      )}
    </tbody>
  </table>`;
}

function schema(title: string, shown: object): Html {
  return html`<h3>${title}</h3>
    <pre class="code" tabindex="0">${JSON.stringify(shown, undefined, 2)}</pre>`;
}
