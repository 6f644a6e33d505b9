/**
 * The documentation of the HTTP APIs as one page: rendered here from the OpenAPI document, without a script, so that it
 * works everywhere.
 */
import { ERROR_CATALOGUE } from '../../../protocol/errors.ts';
import { LIMITS } from '../../../protocol/limits.ts';
import { html, type Markup } from '../html.ts';
import type { OpenApiDocument, Operation } from './openapi.ts';
import { named, schemaTable } from './schema-table.ts';

interface Entry {
  method: string;
  path: string;
  operation: Operation;
}

const CALLERS: Record<string, string> = {
  apiKey: 'Your server, with an API key',
  roomToken: 'A participant, with their room token',
  session: 'A person on the site, with their session',
};

const QUICK_START = [
  ['/v1/creators', '{"identity": "camille", "name": "Camille Aubry", "country": "FR"}'],
  [
    '/v1/rooms',
    '{"creator": "camille", "title": "Closed rehearsal",\n    "access": {"kind": "ticket", "priceMinor": 500}}',
  ],
  ['/v1/tokens', '{"identity": "fan-7", "name": "Léa", "room": "room_…", "role": "fan"}'],
];

export function docsPage(document: OpenApiDocument): string {
  const entries = Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]): Entry => ({ method, path, operation })),
  );
  const tags = document.tags.map((tag) => ({
    ...tag,
    entries: entries.filter(({ operation }) => operation.tags.includes(tag.name)),
  }));
  return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="dark light">
<title>Loge API</title>
<link rel="icon" href="data:image/svg+xml,%3Csvg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 16 16'%3E%3Cpath d='M4 2v12h9' fill='none' stroke='%23e8b06a' stroke-width='3'/%3E%3C/svg%3E">
<link rel="stylesheet" href="/docs/docs.css">
</head>
<body>
<a class="skip" href="#main">Skip to the content</a>
<nav aria-label="Contents">
<p class="brand"><a href="/">Loge</a> <span>API ${document.info.version}</span></p>
<details><summary>Contents</summary>
<ul><li><a href="#start">Start</a></li><li><a href="#keys">Keys and tokens</a></li></ul>
${tags.map(
  (tag) =>
    html`<h2>${tag.name}</h2><ul>${tag.entries.map(
      ({ method, operation }) =>
        html`<li><a href="#${operation.operationId}"><b class="${method}">${method}</b>${operation.summary}</a></li>`,
    )}</ul>`,
)}
<ul class="end"><li><a href="#errors">Errors</a></li><li><a href="#limits">Limits</a></li><li><a href="#schemas">Schemas</a></li>
<li><a href="/openapi.json">openapi.json</a></li></ul>
</details>
</nav>
<main id="main">
${introduction(document)}
${tags.map(
  (tag) => html`<section aria-labelledby="tag-${tag.name}"><h2 id="tag-${tag.name}" class="tag">${tag.name}</h2>
<p class="lead">${tag.description}</p>${tag.entries.map((entry) => describeEntry(entry, document))}</section>`,
)}
${errorSection()}
${limitSection()}
<section id="schemas"><h2>Schemas</h2>${Object.entries(document.components.schemas).map(
    ([name, schema]) =>
      html`<article id="schema-${name}"><h3><code>${name}</code></h3>${schemaTable(schema, document.components.schemas)}</article>`,
  )}</section>
</main>
</body>
</html>
`.text;
}

function introduction(document: OpenApiDocument): Markup {
  const url = document.servers[0]?.url ?? '';
  return html`<header><h1>Loge API</h1><p class="lead">${document.info.description}</p></header>
<section id="start"><h2>Start</h2>
<p>Three calls from your server, and one tag on your page. In development the key is <code>devkey</code> and the secret
<code>devsecret_not_for_production_use_0000</code>.</p>
${code(QUICK_START.map(([path, body]) => `curl -u "$KEY:$SECRET" ${url}${path} \\\n  --json '${body}'`).join('\n'))}
${code(`<script src="${url}/embed.js"></script>
<loge-room url="${url}" token="…"></loge-room>`)}
<p>Without the elements, <code>${url}/sdk/loge.js</code> is the SDK as one ES module.</p></section>
<section id="keys"><h2>Keys and tokens</h2>
<p><b>Your server</b> sends an API key and its secret as HTTP Basic credentials. Neither ever goes to a browser. Each operation needs a key with
one scope. The first key has all of them; make others with only those that each of your programs needs, at <a href="#createApiKey">/v1/keys</a>
or by <code>npm run keys</code>.</p>
<p><b>A participant</b> sends a room token as <code>Authorization: Bearer …</code>. It is a JWT signed HS256 with the secret of a key
that has the scope <code>tokens</code>, with the claims <code>iss</code> (id of the API key), <code>sub</code> (identity), <code>name</code>, <code>room</code>, <code>role</code>, <code>iat</code>,
<code>exp</code>, and optionally <code>entitled</code> and <code>can</code>. Pages on other sites may call the participant API when their
origin is in <code>LOGE_ALLOWED_ORIGINS</code> or in the list of a key.</p>
<p><b>A person on the site</b>, or an operator, is known by the session cookie, which counts for requests of the site’s own pages alone. An
<code>Authorization</code> header counts before it.</p>
<p>Bodies are JSON in UTF-8, at most ${LIMITS.httpBodyBytes / 1024} KB, with <code>Content-Type: application/json</code>. A field that is not named here
is refused.</p></section>`;
}

function describeEntry({ method, path, operation }: Entry, { components }: OpenApiDocument): Markup {
  const [success, answer] = Object.entries(operation.responses).find(([status]) => status.startsWith('2')) ?? [];
  const body = operation.requestBody?.content['application/json'];
  return html`<article id="${operation.operationId}">
<h3>${operation.summary}</h3>
<p class="path"><b class="${method}">${method}</b> <code>${path}</code></p>
${operation.description && html`<p>${inlineCode(operation.description)}</p>`}
<p class="quiet">${callersOf(operation)}</p>
${operation.parameters && html`<h4>Parameters</h4>${schemaTable(parametersAsSchema(operation), components.schemas)}`}
${body && html`<h4>Body</h4>${named(body.schema, components.schemas)}${code(JSON.stringify(body.example, null, 2))}`}
${answer && html`<h4>Answer <code>${success}</code></h4>${Object.values(answer.content).map(({ schema }) => named(schema, components.schemas))}`}
<details><summary>Errors</summary><ul class="codes">${Object.entries(operation.responses)
    .filter(([status]) => !status.startsWith('2'))
    .map(([status, { description }]) =>
      description.split('\n\n').map((line) => html`<li><span class="quiet">${status}</span> ${inlineCode(line)}</li>`),
    )}</ul></details>
</article>`;
}

function callersOf({ security }: Operation): Markup {
  const callers = security.flatMap((scheme) => Object.entries(scheme));
  if (callers.length === 0) return html`Anyone`;
  return html`${callers.map(
    ([caller, scopes], index) =>
      html`${index > 0 && ' · '}${CALLERS[caller]}${scopes.map((scope) => html`, scope <code>${scope}</code>`)}`,
  )}`;
}

function parametersAsSchema({ parameters = [] }: Operation) {
  return {
    type: 'object' as const,
    properties: Object.fromEntries(parameters.map(({ name, schema }) => [name, schema])),
    required: parameters.filter(({ required }) => required).map(({ name }) => name),
  };
}

function errorSection(): Markup {
  return html`<section id="errors"><h2>Errors</h2>
<p>Every error is answered with its HTTP status and one body. Decide by <code>code</code>, show <code>message</code>, and try again only when
<code>retryable</code> says so, after <code>retryAfterMs</code> where it is given.</p>
${code(`{ "error": { "code": "insufficient_funds", "message": "${ERROR_CATALOGUE.insufficient_funds.message}", "retryable": false } }`)}
<div class="scroll" tabindex="0" role="group" aria-label="Error codes"><table><thead><tr><th scope="col">Code</th><th scope="col">Status</th>
<th scope="col">Retry</th><th scope="col">Meaning</th></tr></thead><tbody>
${Object.entries(ERROR_CATALOGUE).map(
  ([
    name,
    { status, retryable, message },
  ]) => html`<tr id="error-${name}"><td><code>${name}</code></td><td>${status}</td>
<td>${retryable ? 'retryable' : 'final'}</td><td>${message}</td></tr>`,
)}</tbody></table></div></section>`;
}

function limitSection(): Markup {
  return html`<section id="limits"><h2>Limits</h2>
<p>Names end in their unit. Too many requests get <code>rate_limited</code> with a <code>Retry-After</code>.</p>
<div class="scroll" tabindex="0" role="group" aria-label="Limits"><table><thead><tr><th scope="col">Limit</th><th scope="col">Value</th></tr></thead><tbody>
${Object.entries(LIMITS).map(
  ([name, value]) => html`<tr><td><code>${name}</code></td><td>${value.toLocaleString('en')}</td></tr>`,
)}</tbody></table></div></section>`;
}

function code(text: string): Markup {
  return html`<pre tabindex="0"><code>${text}</code></pre>`;
}

/** Text in which backticks mark code, as in Markdown. */
function inlineCode(text: string): Markup {
  return html`${text.split('`').map((part, index) => (index % 2 === 1 ? html`<code>${part}</code>` : part))}`;
}
