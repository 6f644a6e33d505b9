/** What a notice says on a phone's screen. Times are left to the page: the house does not know where it is read. */
import { elementTexts } from '../../../client-sdk/elements/texts/element-texts.ts';
import { shownName } from '../../../client-sdk/elements/texts/shown-name.ts';
import type { Language } from '../../protocol/accounts/people.ts';
import type { Room } from '../../protocol/rooms.ts';
import type { NoticeKind } from '../notices.schema.ts';
import type { NoticeRow } from '../notices.store.ts';
import type { PushText } from './push.schema.ts';

const BODIES: Record<Language, Record<NoticeKind | 'postponed', string>> = {
  en: {
    reminder: 'The live begins in a few minutes.',
    live: 'The live has begun.',
    moved: 'The live has a new date. You can return your ticket.',
    postponed: 'The live is postponed. You can return your ticket.',
  },
  fr: {
    reminder: 'Le live commence dans quelques minutes.',
    live: 'Le live a commencé.',
    moved: 'Le live change de date. Vous pouvez rendre votre billet.',
    postponed: 'Le live est reporté. Vous pouvez rendre votre billet.',
  },
};

export function pushTextOf({ kind, key, data }: NoticeRow, room: Room, language: Language): PushText {
  const what = kind === 'moved' && data.startsAt === null ? 'postponed' : kind;
  const texts = elementTexts(language);
  const title = texts.labelled(shownName(room.creator, texts), room.title);
  return { title, body: BODIES[language][what], path: `/rooms/${room.id}`, tag: key };
}
