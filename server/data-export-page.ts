/** The page in a person's export: all tables with their first rows, without a script, so that it opens anywhere. */
import { withFrenchSpaces } from '../client-sdk/elements/texts/french-spaces.ts';
import { formatDate, type HouseLocale } from './platform/house-dates.ts';
import { html, type Markup } from './platform/html.ts';
import type { Language } from './protocol/accounts/people.ts';

export interface ExportedRows {
  domain: string;
  table: string;
  rows: Record<string, unknown>[];
  count: number;
}

interface ExportPage extends HouseLocale {
  person: string;
  /** ISO 8601. */
  at: string;
  tables: ExportedRows[];
}

const TEXTS = {
  en: {
    title: 'What this house holds on you',
    made: (at: string, person: string) => `Made on ${at} for ${person}.`,
    text: 'Each part has a file with all its rows in the folder “data”, for programs (JSON); your pictures are in the folder “pictures”. Secrets, such as digests of sign-in links, and other people are left out.',
    rows: (shown: number, all: number) =>
      shown < all ? `The first ${shown} of ${all} rows` : all === 1 ? 'One row' : `${all} rows`,
    domains: {
      accounts: 'Account, sign-in, email and roles',
      rooms: 'Rooms and access',
      money: 'Money',
      chat: 'Chat',
      events: 'Events for partner sites',
    } as Record<string, string>,
  },
  fr: withFrenchSpaces({
    title: 'Ce que cette maison conserve sur vous',
    made: (at: string, person: string) => `Établi le ${at} pour ${person}.`,
    text: 'Chaque partie a un fichier dans le dossier « data » avec toutes ses lignes, pour les programmes (JSON), et vos images sont dans le dossier « pictures ». N’y figurent ni les secrets, tels que les empreintes de liens de connexion, ni d’autres personnes.',
    rows: (shown: number, all: number) =>
      shown < all ? `Les ${shown} premières lignes sur ${all}` : all === 1 ? 'Une ligne' : `${all} lignes`,
    domains: {
      accounts: 'Compte, connexion, e-mails et rôles',
      rooms: 'Salons et accès',
      money: 'Argent',
      chat: 'Chat',
      events: 'Événements pour les sites partenaires',
    } as Record<string, string>,
  }),
};

const STYLE = `
  :root { color-scheme: light dark; }
  body { margin: 0 auto; padding: 1.5rem; max-width: 72rem; font: 1rem/1.5 system-ui, sans-serif; }
  h3 { margin: 2rem 0 .25rem; font-family: ui-monospace, monospace; font-size: 1rem; }
  div { overflow-x: auto; }
  table { border-collapse: collapse; font-size: .875rem; }
  th, td { padding: .3rem .6rem; border: 1px solid #8888; text-align: start; vertical-align: top; }
  td { max-width: 28rem; overflow-wrap: anywhere; }
`;

export function exportPage({ person, language, timeZone, at, tables }: ExportPage): string {
  const texts = TEXTS[language];
  const domains = [...Map.groupBy(tables, ({ domain }) => domain)];
  return html`<!doctype html>
<html lang="${language}">
<head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1"><title>${texts.title}</title>
<style>${STYLE}</style></head>
<body>
<h1>${texts.title}</h1>
<p>${texts.made(formatDate(at, 'long', { language, timeZone }), person)}</p>
<p>${texts.text}</p>
${domains.map(
  ([
    domain,
    parts,
  ]) => html`<section><h2>${texts.domains[domain] ?? domain}</h2>${parts.map((part) => tableOf(part, language))}</section>
`,
)}</body>
</html>
`.text;
}

function tableOf({ table, rows, count }: ExportedRows, language: Language): Markup {
  const columns = [...new Set(rows.flatMap((row) => Object.keys(row)))];
  return html`<h3 id="${table}">${table}</h3><p>${TEXTS[language].rows(rows.length, count)}</p>
<div role="region" tabindex="0" aria-labelledby="${table}"><table><thead><tr>${columns.map((name) => html`<th scope="col">${name}</th>`)}</tr></thead><tbody>
${rows.map((row) => html`<tr>${columns.map((name) => html`<td>${textOf(row[name])}</td>`)}</tr>\n`)}</tbody></table></div>
`;
}

function textOf(value: unknown): string {
  if (value === null || value === undefined) return '';
  return typeof value === 'object' ? JSON.stringify(value) : String(value);
}
