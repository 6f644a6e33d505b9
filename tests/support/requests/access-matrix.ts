/** The expected access matrix in `access-matrix.expected.txt`, and its comparison with a server's answers. */
import { readFileSync } from 'node:fs';

/** Names in the table that stand for several callers. */
const GROUPS: Readonly<Record<string, readonly string[]>> = {
  participants: ['lobby', 'inside', 'helper', 'moderator', 'creator', 'other'],
  fans: ['lobby', 'inside', 'helper'],
  'signed-in': ['person', 'appointed', 'artist', 'reviewer', 'operator', 'member'],
  nobody: [],
};

/** Codes of denied access. Any other answer means that access was granted. */
const REFUSALS = new Set([
  'token_missing',
  'token_invalid',
  'credentials_invalid',
  'signature_invalid',
  'not_found',
  'scope_missing',
  'forbidden',
  'origin_not_allowed',
  'access_required',
  'access_removed',
  'account_suspended',
  'publish_not_allowed',
  'chat_not_allowed',
  'tip_not_allowed',
  'nothing_to_buy',
  'already_entitled',
]);
/** Inconclusive codes: the request was not valid enough, or the server failed. */
const INCONCLUSIVE = new Set(['invalid_request', 'rate_limited', 'internal', 'unknown_event', 'method_not_allowed']);

export const isRefusal = (code: string) => REFUSALS.has(code);
export const isInconclusive = (code: string) => INCONCLUSIVE.has(code);

/** The answer for each caller: the error code, or `ok`. */
export type Row = ReadonlyMap<string, string>;

/** What each route asks a person of the site to have proved, where it is more than a sign-in. */
export function readStrengths(): Map<string, string> {
  return new Map(
    linesOf('HTTP').flatMap((line) => {
      const [row = '', strength] = line.split('|');
      return strength === undefined ? [] : [[row.split(/ +/).slice(0, 2).join(' '), strength.trim()]];
    }),
  );
}

function linesOf(section: 'HTTP' | 'Sockets'): string[] {
  const text = readFileSync(new URL('../../integration/gateway/access-matrix.expected.txt', import.meta.url), 'utf8');
  const lines = (text.split(`## ${section}\n`)[1] ?? '').split('\n## ')[0]?.split('\n') ?? [];
  return lines.filter((line) => line.trim() !== '' && !line.startsWith('#'));
}

export function readExpected(section: 'HTTP' | 'Sockets', callers: readonly string[]): Map<string, string[]> {
  const rows = linesOf(section).map((line) => (line.split('|')[0] ?? '').trim().split(/ +/));
  const keyWords = section === 'HTTP' ? 2 : 1;
  return new Map(
    rows.map((words) => {
      const who = words.slice(keyWords).flatMap((word) => (word === 'anyone' ? callers : (GROUPS[word] ?? [word])));
      const unknown = who.filter((caller) => !callers.includes(caller));
      if (unknown.length > 0) throw new Error(`Unknown callers ${unknown.join(', ')} in: ${words.join(' ')}`);
      return [words.slice(0, keyWords).join(' '), callers.filter((caller) => who.includes(caller))];
    }),
  );
}

export function allowedIn(row: Row): string[] {
  return [...row].flatMap(([caller, code]) => (isRefusal(code) ? [] : [caller]));
}

const SYMBOLS: Readonly<Record<string, string>> = {
  token_missing: '-',
  token_invalid: '-',
  credentials_invalid: '-',
  signature_invalid: '-',
  scope_missing: 's',
  access_required: 'a',
};

/**
 * One line per row, one character per caller: `+` granted, `-` unauthenticated, `s` scope missing, `a` access required,
 * `x` forbidden.
 */
export function printMatrix(title: string, callers: readonly string[], rows: ReadonlyMap<string, Row>): string {
  const width = Math.max(...[...rows.keys()].map((name) => name.length)) + 2;
  const head = callers.map((caller, index) => `${' '.repeat(width)}${'│'.repeat(index)}${caller}`);
  const body = [...rows].map(([name, row]) => {
    const signs = callers.map((caller) => {
      const code = row.get(caller) ?? '?';
      return isRefusal(code) ? (SYMBOLS[code] ?? 'x') : '+';
    });
    return name.padEnd(width) + signs.join('');
  });
  return [title, ...head, ...body, ''].join('\n');
}
