/** Whom people have muted for themselves: kept with them, bounded, and told to nobody else. */
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { Chat } from '../../../server/chat/chat.ts';
import type { Database } from '../../../server/platform/db/db.ts';
import { createId, type RoomId } from '../../../server/protocol/ids.ts';
import * as LIMITS from '../../../server/protocol/limits.ts';
import { DATABASES } from '../../support/databases/databases.ts';
import { codeOf, createChat, fan, sayIn, tom } from '../../support/houses/chat-house.ts';

describe.each(DATABASES)('mutes on $name', ({ open }) => {
  let db: Database & AsyncDisposable;
  let chat: Chat;
  let room: RoomId;
  let identity: string;
  let people = 0;

  beforeAll(async () => {
    db = await open();
    chat = createChat({ db });
  });

  beforeEach(() => {
    room = createId('room');
    people += 1;
    identity = `reader-${people}`;
  });

  afterAll(async () => {
    await chat.close();
    await db[Symbol.asyncDispose]();
  });

  const mute = (muted: string) => chat.mutes.add({ room, identity, muted });

  test('R62: a mute has the name under which the person wrote, happens once, and can be taken back', async () => {
    await sayIn(chat, room, tom, 'hello');
    expect(await mute('tom')).toEqual([{ identity: 'tom', name: 'Tom' }]);
    await mute('never-wrote');
    const muted = [
      { identity: 'never-wrote', name: 'never-wrote' },
      { identity: 'tom', name: 'Tom' },
    ];
    expect(await mute('tom')).toEqual(muted);
    expect(await chat.readSnapshot(room, identity)).toMatchObject({ muted });
    expect(await chat.personalData.export(identity, { limit: 1 })).toMatchObject({ muted });
    expect(await chat.readSnapshot(room, 'tom')).toMatchObject({ muted: [] });
    await chat.mutes.remove({ identity, muted: 'never-wrote' });
    expect(await chat.mutes.remove({ identity, muted: 'never-wrote' })).toEqual([muted[1]]);
    expect(await codeOf(mute(identity))).toBe('forbidden');
  });

  test('R21c, R62: a mute does not tell the name of who gave an anonymous tip', async () => {
    const money = { amountMinor: 500, currency: 'eur', message: null, item: null, sentAt: new Date().toISOString() };
    await chat.appendTips([{ id: createId('tip'), room, from: fan('unseen'), anonymous: true, ...money }]);
    await db.bulk(`update chat_entries set name = 'Unseen Giver' where room = $1`, [room]);
    expect(await mute('unseen')).toEqual([{ identity: 'unseen', name: 'unseen' }]);
  });

  test('R62: nobody mutes more than the limit, and at the limit one can be exchanged for another', async () => {
    for (let index = 0; index < LIMITS.mutedPeople; index += 1) await mute(`person-${index}`);
    expect(await codeOf(mute('one-more'))).toBe('mute_limit');
    expect(await mute('person-0')).toHaveLength(LIMITS.mutedPeople);
    await chat.mutes.remove({ identity, muted: 'person-0' });
    expect((await mute('one-more'))[0]).toEqual({ identity: 'one-more', name: 'one-more' });
  });
});
