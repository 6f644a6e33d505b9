/** The texts of the elements. The English ones are the table of keys; another language without one is a type error. */
import type { Language } from '../../../server/protocol/languages.ts';
import { base as en } from './english/base.ts';
import type * as chat from './english/chat.ts';
import type { inside } from './english/inside.ts';
import type { reminder } from './english/reminder.ts';
import type { studio } from './english/studio.ts';
import type { topup } from './english/topup.ts';
import { base as fr } from './french/base.ts';
import { TextTable } from './text-table.ts';

export type BaseTexts = typeof en;
type Chat = Pick<typeof chat, 'chat' | 'moderation'>;
export type ElementTexts = BaseTexts &
  typeof inside &
  typeof studio &
  Chat & { topup: typeof topup; reminder: typeof reminder };

export const elementTable = new TextTable<ElementTexts>({ en, fr });

export function elementTexts(language: Language): ElementTexts {
  return elementTable.of(language);
}
