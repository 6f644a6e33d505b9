/**
 * Handles and names: what may be one, and which look alike. Handles are lower-case ASCII, so of the confusables of
 * Unicode (UTS #39) only those within ASCII remain; names are folded to that first.
 */
import { foldWords } from '../../platform/text/text-folding.ts';
import { AppError } from '../../protocol/errors.ts';
import * as LIMITS from '../../protocol/limits.ts';

/** Small letters and digits, with single separators between them. */
const HANDLE = /^[a-z0-9]+(?:[._-][a-z0-9]+)*$/;
const LOOKALIKES: readonly (readonly [RegExp, string])[] = [
  [/[._-]/g, ''],
  [/rn/g, 'm'],
  [/vv/g, 'w'],
  [/0/g, 'o'],
  [/[1i]/g, 'l'],
];

/** The staff of a house; refused also as a part of a handle, as in `lea-support`. */
const STAFF = [
  ...['loge', 'admin', 'administrator', 'moderator', 'operator', 'support', 'staff', 'team', 'official', 'security'],
  ...['help', 'helpdesk', 'service', 'system', 'root', 'reviewer', 'committee', 'house', 'lamaison', 'equipe'],
  ...['officiel', 'assistance', 'aide', 'moderateur', 'moderatrice', 'comite', 'postmaster', 'abuse', 'webmaster'],
];
/** Parts of addresses of this site, and words of programs. */
const WORDS = [
  ...['account', 'api', 'assets', 'c', 'card', 'charter', 'contact', 'desk', 'dev', 'docs', 'earnings', 'embed'],
  ...['healthz', 'imprint', 'me', 'metrics', 'oembed', 'privacy', 'readyz', 'receipts', 'replays', 'reports'],
  ...['review', 'robots', 'rooms', 'sdk', 'sign-in', 'site', 'sitemap', 'studio', 'terms', 'transparency', 'v1'],
  ...['wallet', 'webhooks', 'whip', 'www', 'null', 'undefined', 'everyone', 'here', 'anonymous', 'erased'],
];
const MARKS = /\p{M}/gu;
const STAFF_FOLDED = new Set(STAFF.map(foldHandle));
const RESERVED = new Set([...STAFF, ...WORDS].map(foldHandle));

/** Equal for handles that look alike. */
export function foldHandle(handle: string): string {
  return LOOKALIKES.reduce((folded, [pattern, letter]) => folded.replace(pattern, letter), handle);
}

/** Throws `handle_invalid`, or `handle_unavailable` for a name of the house and its staff. */
export function assertHandle(handle: string, houseName: string): void {
  const { handleMinChars: min, handleMaxChars: max } = LIMITS;
  if (handle.length < min || handle.length > max || !HANDLE.test(handle)) throw new AppError('handle_invalid');
  const parts = handle.split(/[._-]/).map(foldHandle);
  const isStaff = parts.some((part) => STAFF_FOLDED.has(part)) || hasRun(parts, foldName(houseName).join(''));
  if (isStaff || RESERVED.has(foldHandle(handle))) throw new AppError('handle_unavailable');
}

/**
 * Throws `name_reserved` for a name in which the house is named, or that says nothing but a function of its staff:
 * "Loge Léa" and "Support Team", not "Léa Official".
 */
export function assertName(name: string, houseName: string): void {
  const house = foldName(houseName).join('');
  const words = foldName(name);
  const isStaff = words.length > 0 && isMadeOf(words.join(''), [...STAFF_FOLDED, house]);
  if (isStaff || hasRun(words, house)) throw new AppError('name_reserved');
}

/** Each word with its look-alikes of other scripts, digits and spelt-out letters read as letters. */
function foldName(name: string): string[] {
  return foldWords(name).map(({ forms }) => foldHandle(forms.at(-1)?.normalize('NFKD').replace(MARKS, '') ?? ''));
}

/** Whether consecutive words make up this one. */
function hasRun(words: string[], whole: string): boolean {
  return words.some((_, from) => {
    let joined = '';
    for (const word of words.slice(from)) {
      joined += word;
      if (joined === whole) return whole !== '';
      if (joined.length > whole.length) return false;
    }
    return false;
  });
}

/** Whether a text is nothing but these words, one after the other. */
function isMadeOf(text: string, words: string[]): boolean {
  const ends = new Set([0]);
  for (let from = 0; from < text.length; from += 1) {
    if (!ends.has(from)) continue;
    for (const word of words) if (word !== '' && text.startsWith(word, from)) ends.add(from + word.length);
  }
  return ends.has(text.length);
}
