/** Which characters a message may contain. */
import { VISIBLE } from '../../protocol/accounts/accounts.ts';
import { AppError } from '../../protocol/errors.ts';
import * as LIMITS from '../../protocol/limits.ts';

/** Characters that hide, reorder or break a line, except the line feed. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are exactly what is taken out here.
const INVISIBLE_CHARS = /[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u200b\u200e\u200f\u2028-\u202e\u2060-\u2069\ufeff]/gu;
const MANY_LINE_FEEDS = /\n{3,}/g;
/** One emoji or space. A pattern over the whole text would backtrack, as its alternatives share prefixes. */
const EMOJI_OR_SPACE = /\p{RGI_Emoji}|\p{Emoji_Presentation}|\s/gv;
const MARKED_ADDRESS = /\b(?:https?:\/\/|www\.)\S/iu;
const BARE_ADDRESS = /[a-z0-9]\.[a-z]{2,}\/\S/iu;

/** Normalises text: removes invisible characters and outer spaces; at most two consecutive line feeds. */
export function parseMessageText(raw: string): string {
  const text = raw.toWellFormed().replace(INVISIBLE_CHARS, '').replace(MANY_LINE_FEEDS, '\n\n').trim();
  if (!VISIBLE.test(text)) throw new AppError('message_empty');
  if ([...text].length > LIMITS.messageChars) {
    throw new AppError('message_too_long', `A message may have ${LIMITS.messageChars} characters at most.`);
  }
  return text;
}

export function isEmojiOnly(text: string): boolean {
  return text.replace(EMOJI_OR_SPACE, '') === '';
}

/** Whether a text contains something like a web address. */
export function hasAddress(text: string): boolean {
  return MARKED_ADDRESS.test(text) || BARE_ADDRESS.test(text);
}
