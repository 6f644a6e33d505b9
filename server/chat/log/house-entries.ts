/** The log entries of moderation acts and of the house itself. */

import { createId, type RoomId } from '../../protocol/ids.ts';
import type { Actor } from '../moderation/acts.store.ts';
import type { RoomSettings } from '../moderation/moderation.store.ts';
import type { EntryDetails } from './chat.schema.ts';
import type { ActTransaction } from './chat.store.ts';
import type { NewEntry } from './entry-row.ts';

/** The actor of entries that no person makes: a poll that closes by its timer, a tip that was paid back. */
export const HOUSE: Actor = { identity: 'house', name: 'Loge', role: 'house' };

const NOTICE_OF_SETTING = {
  slowModeSeconds: 'slow_mode',
  membersOnly: 'members_only',
  emojiOnly: 'emoji_only',
  paused: 'paused',
  linksAllowed: 'links',
} as const;

/** Appends an entry per changed setting; returns the changes. */
export async function announce(
  act: ActTransaction,
  { before, after, ...by }: { room: RoomId; actor: Actor; at: string; before: RoomSettings; after: RoomSettings },
): Promise<Partial<RoomSettings>> {
  const changed: Record<string, unknown> = {};
  for (const setting of Object.keys(NOTICE_OF_SETTING) as (keyof typeof NOTICE_OF_SETTING)[]) {
    if (before[setting] === after[setting]) continue;
    changed[setting] = after[setting];
    const seconds = setting === 'slowModeSeconds' ? { seconds: after.slowModeSeconds } : {};
    await act.append(noticeEntry(by, { notice: NOTICE_OF_SETTING[setting], on: Boolean(after[setting]), ...seconds }));
  }
  return changed;
}

type By = { room: RoomId; actor: Actor; at: string };

export function noticeEntry(by: By, details: EntryDetails): NewEntry {
  return houseEntry({ ...by, kind: 'notice', id: createId('chatAct'), details });
}

export function houseEntry({ actor, at, ...rest }: By & Pick<NewEntry, 'kind' | 'id' | 'text' | 'details'>): NewEntry {
  const { identity, name, role } = actor;
  return { ...rest, identity, name, role: role === 'server' || role === 'house' ? 'moderator' : role, sentAt: at };
}
