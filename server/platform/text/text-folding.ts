/**
 * Folds text to the plain words behind common disguises: compatibility forms, case, diacritics, look-alikes of other
 * scripts, digits for letters, invisible characters, spelt-out words. Every word keeps its position, so that it can be
 * masked. It knows no list and no room.
 */
import { COMMON_LOOKALIKES, LEET, MIXED_LOOKALIKES } from './lookalikes.ts';

/** A word with all its readings and its position in the original. */
export interface Word {
  forms: string[];
  start: number;
  end: number;
}

interface Char {
  /** Its letters in a word of one script; empty for invisible characters. */
  plain: string;
  /** Its letter among letters of another script. */
  mixed: string;
  /** For digits and signs: the letter for which they stand between letters. */
  leet: string | undefined;
  isLetter: boolean;
  isSpace: boolean;
  isSymbol: boolean;
  start: number;
  end: number;
}

type Folded = Omit<Char, 'start' | 'end'>;

const FOLDED_CHARS = 20_000;
const LETTER = /[\p{L}\p{Nd}]/u;
const TRUE_LETTER = /\p{L}/u;
/** Marks (with variation selectors), format characters, and letters that are blank. */
const IGNORED = /\p{M}|\p{Cf}|[\u115f\u1160\u3164\uffa0]/gu;
const MARKS = /\p{M}/gu;
const PLAIN_TEXT = /^[\n -{}~]*$/;
const SIGNS = /[^a-z0-9\s]+/g;
const GAPS = /\s+/g;
const PICTURE = /\p{Extended_Pictographic}/u;
const SENTENCE_MARK = /[!(|+]/;
const LATIN = /\p{Script=Latin}/u;
const OTHER_SCRIPT = /[\p{Script=Cyrillic}\p{Script=Greek}\p{Script=Armenian}\p{Script=Cherokee}]/u;
/** Minimum run of single letters that counts as a spelt-out word. */
const SPELT_LETTERS = 3;
/** Single-letter words that may stand at either end of the run. */
const SPELT_NEIGHBOURS = 2;

/** Cache by character: a few hundred make up nearly all text. */
const remembered = new Map<string, Folded>();

export function foldWords(text: string): Word[] {
  const chunks = splitChunks(readChars(text));
  return [...chunks.flatMap(wordsOfChunk), ...speltWords(chunks)];
}

/** The plain reading, with single spaces: equal for texts that differ only in their disguise. */
export function foldText(text: string): string {
  // Fast path for ordinary text: every message comes through here.
  const base = text.normalize('NFKD').replace(MARKS, '').toLowerCase();
  if (PLAIN_TEXT.test(base)) return base.replace(SIGNS, '').replace(GAPS, ' ').trim();
  return splitChunks(readChars(text))
    .map((chunk) => lettersOf(chunk, 'plain'))
    .filter((word) => word !== '')
    .join(' ');
}

function readChars(text: string): Char[] {
  const chars: Char[] = [];
  let start = 0;
  for (const character of text) {
    const end = start + character.length;
    chars.push({ ...fold(character), start, end });
    start = end;
  }
  return chars;
}

function fold(character: string): Folded {
  const known = remembered.get(character);
  if (known) return known;
  const base = character.normalize('NFKD').replace(IGNORED, '');
  const plain = [...base].map(foldLetter).join('');
  const folded = {
    plain,
    mixed: [...base]
      .map((letter) => MIXED_LOOKALIKES[letter] ?? MIXED_LOOKALIKES[letter.toLowerCase()] ?? foldLetter(letter))
      .join(''),
    leet: LEET[base],
    isLetter: plain !== '' && LETTER.test(plain),
    isSpace: /^\s+$/u.test(base) || (base === '' && /\s/u.test(character)),
    isSymbol: PICTURE.test(base),
  };
  if (remembered.size >= FOLDED_CHARS) remembered.clear();
  remembered.set(character, folded);
  return folded;
}

function foldLetter(letter: string): string {
  const direct = COMMON_LOOKALIKES[letter];
  if (direct !== undefined) return direct;
  const lower = letter.toLowerCase().normalize('NFKD').replace(IGNORED, '');
  return [...lower].map((part) => COMMON_LOOKALIKES[part] ?? part).join('');
}

/** Splits at spaces; an emoji is a chunk of its own. */
function splitChunks(chars: Char[]): Char[][] {
  const chunks: Char[][] = [[]];
  for (const char of chars) {
    if (char.isSpace) chunks.push([]);
    else if (char.isSymbol) chunks.push([char], []);
    else if (char.plain !== '') chunks.at(-1)?.push(char);
  }
  return chunks.filter((chunk) => chunk.length > 0);
}

/** The parts of a chunk between its punctuation, and the whole chunk with its signs as letters. */
function wordsOfChunk(chunk: Char[]): Word[] {
  if (chunk[0]?.isSymbol) return [wordOf(chunk, [chunk[0].plain])];
  const words: Word[] = [];
  let part: Char[] = [];
  for (const char of chunk) {
    if (char.isLetter) part.push(char);
    else if (part.length > 0) {
      words.push(wordOf(part, formsOf(part)));
      part = [];
    }
  }
  if (part.length > 0) words.push(wordOf(part, formsOf(part)));
  const isWhole = words.length === 1 && words[0]?.start === chunk[0]?.start && words[0]?.end === chunk.at(-1)?.end;
  if (!isWhole && words.length > 0) {
    const forms = new Set([
      ...formsOf(chunk),
      ...formsOf(trimSigns(chunk, isMark)),
      ...formsOf(trimSigns(chunk, isSign)),
    ]);
    for (const word of words) for (const form of word.forms) forms.delete(form);
    if (forms.size > 0) words.push(wordOf(chunk, [...forms]));
  }
  return words;
}

const isSign = (char: Char) => !char.isLetter;
/** Punctuation at either end is not a letter. */
const isMark = (char: Char) => isSign(char) && (char.leet === undefined || SENTENCE_MARK.test(char.plain));

function trimSigns(chunk: Char[], goes: (char: Char) => boolean): Char[] {
  const kept = chunk.findIndex((char) => !goes(char));
  return chunk.slice(kept, chunk.findLastIndex((char) => !goes(char)) + 1);
}

function formsOf(chars: Char[]): string[] {
  const plain = lettersOf(chars, 'plain');
  // Digits alone are a number, not a word.
  if (!TRUE_LETTER.test(plain)) return [plain];
  const isMixed =
    LATIN.test(sourceOf(chars)) && OTHER_SCRIPT.test(chars.map((char) => char.mixed + char.plain).join(''));
  const forms = new Set([plain, lettersOf(chars, 'plain', true), lettersOf(chars, 'mixed', true)]);
  if (isMixed) forms.add(lettersOf(chars, 'mixed'));
  forms.delete('');
  return [...forms];
}

const sourceOf = (chars: Char[]) => chars.map((char) => char.plain).join('');

function lettersOf(chars: Char[], reading: 'plain' | 'mixed', withLeet = false): string {
  return chars
    .map((char) =>
      withLeet ? (char.leet ?? (char.isLetter ? char[reading] : '')) : char.isLetter ? char[reading] : '',
    )
    .join('');
}

/** `f u c k` and `f.u.c.k`: a run of three or more single letters is read as one word. */
function speltWords(chunks: Char[][]): Word[] {
  const words: Word[] = [];
  let run: Char[][] = [];
  const flush = () => {
    words.push(...windowsOf(run).map((letters) => wordOf(letters, formsOf(letters))));
    run = [];
  };
  for (const chunk of chunks) {
    const letters = chunk.filter((char) => char.isLetter || char.leet !== undefined);
    const first = letters[0];
    // One letter, possibly repeated.
    const isSingle = first !== undefined && letters.every((char) => char.plain === first.plain);
    if (isSingle) run.push(letters);
    else flush();
  }
  flush();
  return words;
}

/** The run, also without its first or last letters: in "I am a f u c k" the run begins with an ordinary word. */
function windowsOf(run: Char[][]): Char[][] {
  const windows: Char[][] = [];
  for (let from = 0; from <= SPELT_NEIGHBOURS; from += 1) {
    for (let to = run.length; to >= run.length - SPELT_NEIGHBOURS; to -= 1) {
      if (to - from >= SPELT_LETTERS) windows.push(run.slice(from, to).flat());
    }
  }
  return windows;
}

function wordOf(chars: Char[], forms: string[]): Word {
  return { forms, start: chars[0]?.start ?? 0, end: chars.at(-1)?.end ?? 0 };
}
