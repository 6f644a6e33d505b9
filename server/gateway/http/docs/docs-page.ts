/**
 * The documentation of the HTTP APIs as a few pages: rendered here from the OpenAPI document, without a script, so that
 * it works everywhere.
 */
import { readFileSync } from 'node:fs';
import { html, Markup } from '../../../platform/html.ts';
import { ERROR_CATALOGUE } from '../../../protocol/errors.ts';
import * as LIMITS from '../../../protocol/limits.ts';
import { documentStyles } from '../../../web/styles/document-styles.ts';
import { fontHead } from '../../site/fonts.ts';
import type { JsonSchema } from './components.ts';
import type { OpenApiDocument, Operation } from './openapi.ts';
import { inlined, named, nameOf, schemaFields } from './schema-fields.ts';

interface Entry {
  method: string;
  path: string;
  operation: Operation;
}

interface Part {
  name: string;
  description: string;
  path: string;
  entries: Entry[];
}

interface Schemas {
  all: OpenApiDocument['components']['schemas'];
  /** Those that several operations take or answer, and those that are a part of another; by name. */
  shared: ReadonlyMap<string, JsonSchema>;
}

interface Page {
  title: string;
  description: string;
  main: Markup;
  path: string;
  document: OpenApiDocument;
  parts: Part[];
}

/** In each page: another request would delay its first paint. */
const STYLE = new Markup(readFileSync(new URL('./docs.css', import.meta.url), 'utf8'));
const SCHEMAS_PATH = '/docs/schemas';

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

/** By path: the introduction at `/docs`, a page for each tag, and one for the schemas. */
export function docsPages(document: OpenApiDocument): Map<string, string> {
  const entries = Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]): Entry => ({ method, path, operation })),
  );
  const schemas = schemasOf(document);
  const parts = document.tags.map(({ name, description }) => ({
    ...{ name, description, path: `/docs/${name}` },
    entries: entries.filter(({ operation }) => operation.tags.includes(name)),
  }));
  const pageOf = (path: string, about: Pick<Page, 'title' | 'description' | 'main'>): [string, string] => [
    path,
    render({ ...about, path, document, parts }),
  ];
  return new Map([
    pageOf('/docs', {
      title: 'Loge API',
      description: document.info.description,
      main: html`${introduction(document)}${contents(parts)}${errorSection()}${limitSection()}`,
    }),
    ...parts.map((part) =>
      pageOf(part.path, {
        title: `${part.name} · Loge API`,
        description: part.description,
        main: partSection(part, schemas),
      }),
    ),
    pageOf(SCHEMAS_PATH, {
      title: 'Schemas · Loge API',
      description: 'What requests and answers of the Loge API consist of.',
      main: schemaSection(schemas),
    }),
  ]);
}

function render({ title, description, main, path, document, parts }: Page): string {
  return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${title}</title>
<meta name="description" content="${description}">
<link rel="canonical" href="${new URL(path, document.servers[0]?.url).href}">
<link rel="icon" href="data:image/svg+xml,%3Csvg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 16 16'%3E%3Cpath d='M4 2v12h9' fill='none' stroke='%23e8b06a' stroke-width='3'/%3E%3C/svg%3E">
${fontHead}<style>${new Markup(documentStyles.cssText)}${STYLE}</style>
</head>
<body>
<a class="skip" href="#main">Skip to the content</a>
<nav aria-label="Contents">
<p class="brand"><a href="/">Loge</a> <span>API ${document.info.version}</span></p>
<details><summary>Contents</summary>
<ul>${place('/docs', 'Start', path)}${parts.map((part) => html`${place(part.path, part.name, path)}${part.path === path && operationList(part)}`)}
${place(SCHEMAS_PATH, 'Schemas', path)}</ul>
<ul class="end"><li><a href="/docs#errors">Errors</a></li><li><a href="/docs#limits">Limits</a></li>
<li><a href="/openapi.json">openapi.json</a></li></ul>
</details>
</nav>
<main id="main">
${main}
</main>
</body>
</html>
`.text;
}

function place(href: string, text: string, current: string): Markup {
  return html`<li><a class="place" href="${href}"${href === current && html` aria-current="page"`}>${text}</a></li>`;
}

function operationList({ path, entries }: Part): Markup {
  return html`${entries.map(
    ({ method, operation }) =>
      html`<li><a href="${path}#${operation.operationId}"><b class="${method}">${method}</b>${operation.summary}</a></li>`,
  )}`;
}

/** Every operation, at the address that it has had since everything stood on one page. */
function contents(parts: Part[]): Markup {
  return html`<section id="operations"><h2>Operations</h2>${parts.map(
    (part) => html`<h3 class="tag"><a href="${part.path}">${part.name}</a></h3><p>${part.description}</p>
<ul class="operations">${part.entries.map(
      ({ method, path, operation: { operationId, summary } }) =>
        html`<li id="${operationId}"><b class="${method}">${method}</b> <a href="${part.path}#${operationId}">${summary}</a> <code>${path}</code></li>`,
    )}</ul>`,
  )}</section>`;
}

function partSection(part: Part, schemas: Schemas): Markup {
  return html`<header><h1 class="tag">${part.name}</h1><p class="lead">${part.description}</p></header>
${part.entries.map((entry) => describeEntry(entry, schemas))}`;
}

/** Those of one operation alone are shown there. */
function schemaSection({ all, shared }: Schemas): Markup {
  return html`<header><h1>Schemas</h1><p class="lead">What requests and answers consist of.</p></header>
${[...shared].map(
  ([name, schema]) => html`<article id="schema-${name}"><h2>${name}</h2>${schemaFields(schema, all)}</article>`,
)}`;
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
one scope. The first key has all of them; make others with only those that each of your programs needs, at <a href="/docs/accounts#createApiKey">/v1/keys</a>
or by <code>npm run keys</code>.</p>
<p><b>A participant</b> sends a room token as <code>Authorization: Bearer …</code>. It is a JWT signed HS256 with the secret of a key
that has the scope <code>tokens</code>, with the claims <code>iss</code> (id of the API key), <code>sub</code> (identity), <code>name</code>, <code>room</code>, <code>role</code>, <code>iat</code>,
<code>exp</code>, and optionally <code>entitled</code> and <code>can</code>. Pages on other sites may call the participant API when their
origin is in <code>LOGE_ALLOWED_ORIGINS</code> or in the list of a key.</p>
<p><b>A person on the site</b>, or an operator, is known by the session cookie, which counts for requests of the site’s own pages alone. An
<code>Authorization</code> header counts before it.</p>
<p>Bodies are JSON in UTF-8 unless an operation takes a file, at most ${LIMITS.httpBodyBytes / 1024} KB, with <code>Content-Type: application/json</code>. A field that is not named here
is refused.</p></section>`;
}

function schemasOf({ paths, components: { schemas: all } }: OpenApiDocument): Schemas {
  const [inPaths, inSchemas] = [countReferences(paths), countReferences(all)];
  const isShared = (name: string) => (inPaths.get(name) ?? 0) > 1 || inSchemas.has(name);
  return { all, shared: new Map(Object.entries(all).filter(([name]) => isShared(name))) };
}

function countReferences(within: object): Map<string, number> {
  const counts = new Map<string, number>();
  for (const [, name = ''] of JSON.stringify(within).matchAll(/"#\/components\/schemas\/(\w+)"/g))
    counts.set(name, (counts.get(name) ?? 0) + 1);
  return counts;
}

function describeEntry({ method, path, operation }: Entry, { all, shared }: Schemas): Markup {
  const [success, answer] = Object.entries(operation.responses).find(([status]) => status.startsWith('2')) ?? [];
  const { 'application/json': body, ...others } = operation.requestBody?.content ?? {};
  const fileTypes = body ? [] : Object.keys(others);
  return html`<article id="${operation.operationId}">
<h2>${operation.summary}</h2>
<p class="path"><b class="${method}">${method}</b> <code>${path}</code></p>
${operation.description && html`<p>${inlineCode(operation.description)}</p>`}
<p class="quiet">${callersOf(operation)}</p>
${operation.parameters && html`<h3>Parameters</h3>${schemaFields(parametersAsSchema(operation), all)}`}
${body && html`<h3>Body</h3>${inlined(body.schema, all)}${code(JSON.stringify(body.example, null, 2))}`}
${fileTypes.length > 0 && html`<h3>Body</h3><p>The file itself, of one of these types: ${fileTypes.join(', ')}.</p>`}
${answer && html`<h3>Answer <code>${success}</code></h3>${Object.values(answer.content).map(({ schema }) => (shared.has(nameOf(schema)) ? named : inlined)(schema, all))}`}
<p class="quiet"><a href="/docs#errors">Errors</a>: ${errorCodes(operation).join(', ')}</p>
</article>`;
}

function errorCodes({ responses }: Operation): string[] {
  const descriptions = Object.values(responses).map(({ description }) => description);
  return descriptions.flatMap((text) => [...text.matchAll(/^`(\w+)`/gm)].map(([, name = '']) => name));
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
