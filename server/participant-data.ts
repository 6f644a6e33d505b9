/** Export and erasure of one person's data over all domains. */

import type { Chat } from './chat/chat.ts';
import type { Actor } from './chat/moderation/acts.store.ts';
import type { Money } from './money/money.ts';
import { PERSONAL_TABLES } from './personal-tables.ts';
import { type Clock, isoIn } from './platform/clock.ts';
import type { Database, Orm } from './platform/db/db.ts';
import { PersonRecords } from './platform/db/person-records.ts';
import type { Pictures } from './platform/pictures/pictures.ts';
import type { ParticipantErasure, ParticipantExport } from './protocol/accounts/accounts.ts';
import { AppError } from './protocol/errors.ts';
import type { Rooms } from './rooms/rooms.ts';
import type { Webhooks } from './webhooks/webhooks.ts';

interface ParticipantDataOptions {
  db: Database;
  clock: Clock;
  pictures: Pictures;
  rooms: Rooms;
  money: Money;
  chat: Chat;
  webhooks: Webhooks;
}

export class ParticipantData {
  readonly #options: ParticipantDataOptions;
  readonly #records: PersonRecords;

  constructor(options: ParticipantDataOptions) {
    this.#options = options;
    this.#records = new PersonRecords(options.db, PERSONAL_TABLES);
  }

  async export(identity: string): Promise<ParticipantExport> {
    const exportedAt = isoIn(this.#options.clock);
    return { identity, exportedAt, tables: await this.#records.export(identity) };
  }

  /**
   * Erases a person's names and texts everywhere. Refused with `erasure_blocked` while money or a live is open. Every
   * step is idempotent: an interrupted erasure is completed by repeating it. `then` runs in the transaction of the last
   * one.
   */
  async erase(identity: string, actor: Actor, then?: (tx: Orm) => Promise<unknown>): Promise<ParticipantErasure> {
    const { pictures, chat, webhooks, money } = this.#options;
    await this.assertErasable(identity);
    // First of all, while the name is known.
    await money.creatorBusinesses.keep(identity);
    // Then, because the provider may not answer, and before its ids are erased here.
    await money.cards.removeAll(identity);
    const { pseudonym, erasedMessages } = await chat.personalData.erase(identity, actor);
    await webhooks.erasePerson(identity);
    await pictures.removeAllOf(identity);
    await this.#records.erase(identity, then);
    return { identity, pseudonym, erasedMessages };
  }

  /** What has to end before a person can be erased. */
  async findOpenMatters(identity: string): Promise<string[]> {
    const { rooms, money } = this.#options;
    const open = await money.findOpenMatters(identity);
    return (await rooms.hasOpenRooms(identity)) ? [...open, 'room'] : open;
  }

  async assertErasable(identity: string): Promise<void> {
    const open = await this.findOpenMatters(identity);
    if (open.length === 0) return;
    throw new AppError('erasure_blocked', `This person cannot be erased yet. Still open: ${open.join(', ')}.`);
  }
}
