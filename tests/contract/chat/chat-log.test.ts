import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import type { Chat } from '../../../server/chat/chat.ts';
import { ChatStore } from '../../../server/chat/log/chat.store.ts';
import { type LogEntry, pageFor } from '../../../server/chat/log/log-entry.ts';
import { MemoryBus } from '../../../server/platform/bus.ts';
import type { Database } from '../../../server/platform/db/db.ts';
import type { Participant } from '../../../server/protocol/accounts/accounts.ts';
import { createId } from '../../../server/protocol/ids.ts';
import * as LIMITS from '../../../server/protocol/limits.ts';
import { DATABASES } from '../../support/databases/databases.ts';
import { collectAppended, createChat, sayIn } from '../../support/houses/chat-house.ts';

const lea: Participant = { identity: 'lea', name: 'Léa', role: 'fan' };
const ada: Participant = { identity: 'ada', name: 'Ada', role: 'creator' };

describe.each(DATABASES)('the chat log on $name', ({ open }) => {
  let db: Database & AsyncDisposable;
  let chat: Chat;
  const told: LogEntry[] = [];

  beforeAll(async () => {
    db = await open();
    const bus = new MemoryBus((error) => {
      throw error;
    });
    collectAppended(bus, (message) => told.push(...message.entries));
    chat = createChat({ db, bus });
  });

  afterAll(async () => {
    await chat.close();
    await db[Symbol.asyncDispose]();
  });

  const send = (room: ReturnType<typeof createId<'room'>>, text: string, clientId: string = createId('event')) =>
    sayIn(chat, room, lea, text, clientId);

  test('R16: concurrent messages get a gapless sequence per room, and are published in that order', async () => {
    const rooms = [createId('room'), createId('room')] as const;
    const sent = await Promise.all(
      Array.from({ length: 400 }, (_, index) => send(rooms[index % 2 === 0 ? 0 : 1], `message ${index}`)),
    );
    for (const room of rooms) {
      const { entries, lastSeq } = await chat.history(room, { since: 0, limit: LIMITS.chatPageEntries });
      expect(lastSeq).toBe(200);
      expect(entries.map((entry) => entry.seq)).toEqual(Array.from({ length: 200 }, (_, index) => index + 1));
      expect(sent.filter((message) => entries.some((entry) => 'id' in entry && entry.id === message.id))).toHaveLength(
        200,
      );
      const toldHere = told.filter((entry) =>
        entries.some((kept) => 'id' in kept && 'id' in entry && kept.id === entry.id),
      );
      expect(toldHere.map((entry) => entry.seq)).toEqual(entries.map((entry) => entry.seq));
    }
  });

  test('R17: a repeated client id is the same message, concurrently and later, without a new number', async () => {
    const room = createId('room');
    const [first, again] = await Promise.all([
      send(room, 'hello', 'client-00001'),
      send(room, 'hello', 'client-00001'),
    ]);
    const later = await send(room, 'hello', 'client-00001');
    expect(again).toEqual(first);
    expect(later).toEqual(first);
    expect((await send(room, 'next')).seq).toBe(2);
  });

  const tipIn = (room: ReturnType<typeof createId<'room'>>) => ({
    id: createId('tip'),
    room,
    from: lea,
    amountMinor: 500,
    currency: 'eur',
    message: 'Brava',
    item: null,
    sentAt: new Date().toISOString(),
  });

  test("shows all tips in order, also more at once than the log's queue holds", async () => {
    const room = createId('room');
    const tips = Array.from({ length: 5_500 }, () => tipIn(room));
    const from = told.length;
    await chat.appendTips(tips);
    const shown = told.slice(from);
    expect(shown.map((entry) => entry.seq)).toEqual(tips.map((_, index) => index + 1));
    expect(shown.map((entry) => entry.kind === 'tip' && entry.id)).toEqual(tips.map(({ id }) => id));
  });

  test('a repeated tip fact is shown once', async () => {
    const room = createId('room');
    const tip = tipIn(room);
    await chat.appendTips([tip]);
    await chat.appendTips([tip]);
    const { entries } = await chat.history(room, { limit: 10 });
    expect(entries).toEqual([
      {
        kind: 'tip',
        id: tip.id,
        seq: 1,
        giver: lea,
        amountMinor: 500,
        currency: 'eur',
        message: 'Brava',
        sentAt: tip.sentAt,
      },
    ]);
  });

  test('R21c: an anonymous tip is shown to its giver as theirs, and to nobody else with a trace of them', async () => {
    const room = createId('room');
    const tip = { ...tipIn(room), anonymous: true };
    await chat.appendTips([tip, tipIn(room)]);
    const page = await chat.catchUp(room, undefined);
    const froms = (identity: string) =>
      pageFor(page, identity).entries.map((entry) => entry.kind === 'tip' && [entry.from, entry.anonymous ?? false]);
    expect(froms('lea')).toEqual([
      [lea, true],
      [lea, false],
    ]);
    for (const other of ['ada', 'tom', '']) {
      expect(froms(other)).toEqual([
        [null, true],
        [lea, false],
      ]);
    }
    expect(JSON.stringify(pageFor(page, 'ada').entries[0])).not.toMatch(/lea|Léa/);
  });

  test('R61: a tip that was paid back is marked in the history, and the refund has its own entry once', async () => {
    const room = createId('room');
    const [tip, kept] = [tipIn(room), tipIn(room)];
    const refund = { tip: tip.id, room, at: tip.sentAt };
    await chat.appendTips([tip, kept]);
    await chat.appendTipRefunds([refund]);
    await chat.appendTipRefunds([refund]);
    const { entries, lastSeq } = await chat.history(room, { since: 0, limit: 10 });
    expect(lastSeq).toBe(3);
    expect(entries.map((entry) => entry.kind === 'tip' && entry.refunded)).toEqual([true, undefined, false]);
    expect(entries[2]).toEqual({ kind: 'tip_refund', seq: 3, tip: tip.id, sentAt: tip.sentAt });
  });

  test('R19: a removal clears the text, has its own entry, and happens once', async () => {
    const room = createId('room');
    const message = await send(room, 'something hurtful');
    await chat.moderation.remove({ room, actor: ada, messageId: message.id, reason: 'charter' });
    await chat.moderation.remove({ room, actor: ada, messageId: message.id });
    const { entries, lastSeq } = await chat.history(room, { since: 0, limit: 10 });
    expect(lastSeq).toBe(2);
    expect(entries[0]).toMatchObject({ kind: 'message', seq: 1, text: '', removed: true });
    expect(entries[1]).toMatchObject({ kind: 'removal', seq: 2, messageId: message.id, by: 'ada', reason: 'charter' });
    await expect(chat.moderation.remove({ room, actor: ada, messageId: createId('message') })).rejects.toMatchObject({
      code: 'message_not_found',
    });
  });

  test('R19: a page shows every removal that its `lastSeq` includes', async () => {
    const room = createId('room');
    const message = await send(room, 'something hurtful');
    const lastSeq = vi.spyOn(ChatStore.prototype, 'lastSeq').mockImplementationOnce(async () => {
      await chat.moderation.remove({ room, actor: ada, messageId: message.id });
      return 2;
    });
    expect(await chat.history(room, { since: 0, limit: 10 })).toMatchObject({
      lastSeq: 2,
      entries: [{ text: '' }, {}],
    });
    lastSeq.mockRestore();
  });

  test('a message of another room cannot be removed from here', async () => {
    const message = await send(createId('room'), 'elsewhere');
    await expect(
      chat.moderation.remove({ room: createId('room'), actor: ada, messageId: message.id }),
    ).rejects.toMatchObject({
      code: 'message_not_found',
    });
  });

  test('R16: returns missed entries on a reconnect, the newest page to a newcomer, and older pages on request', async () => {
    const room = createId('room');
    await Promise.all(Array.from({ length: 120 }, (_, index) => send(room, `message ${index}`)));
    expect((await chat.catchUp(room, 115)).entries.map((entry) => entry.seq)).toEqual([116, 117, 118, 119, 120]);
    expect((await chat.catchUp(room, 120)).entries).toEqual([]);
    const newest = await chat.catchUp(room, undefined);
    expect(newest.entries.map((entry) => entry.seq).at(0)).toBe(120 - LIMITS.chatWelcomeEntries + 1);
    // A client's cursor past the end is ignored.
    expect((await chat.catchUp(room, 9_999)).entries).toHaveLength(LIMITS.chatWelcomeEntries);
    const older = await chat.history(room, { before: 71, limit: 20 });
    expect(older.entries.map((entry) => entry.seq)).toEqual(Array.from({ length: 20 }, (_, index) => 51 + index));
  });
});
