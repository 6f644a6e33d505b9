/**
 * A creator's moderators: invited by handle or by a link that is used once, for one room or for all of the creator's
 * rooms. Accepting gives the role. Called by the gateway, which checks that a room is the creator's.
 */
import { type Clock, DAY_MS, HOUR_MS, iso, isoIn } from '../../platform/clock.ts';
import type { Database, Orm } from '../../platform/db/db.ts';
import { PeriodicJob } from '../../platform/jobs/periodic-job.ts';
import type { Log } from '../../platform/log.ts';
import { AppError } from '../../protocol/errors.ts';
import { createId, type InvitationId, type RoomId } from '../../protocol/ids.ts';
import * as LIMITS from '../../protocol/limits.ts';
import type { Mail } from '../mail/mail.ts';
import { PeopleStore } from '../people/people.store.ts';
import type { People } from '../people/people.ts';
import { createSecret, digest } from '../secrets.ts';
import { type InvitationKey, type InvitationRow, InvitationsStore } from './invitations.store.ts';
import type { Roles } from './roles.ts';

/** How long ended invitations are kept. */
const KEPT_MS = 30 * DAY_MS;
const PRUNE_MS = HOUR_MS;

export interface Invitation {
  id: InvitationId;
  creator: string;
  room: RoomId | null;
  /** Null for a link. */
  person: string | null;
  expiresAt: string;
}

interface ModeratorsOptions {
  db: Database;
  clock: Clock;
  log: Log;
  mail: Pick<Mail, 'enqueue' | 'wake'>;
  people: Pick<People, 'find' | 'addressOf'>;
  roles: Roles;
  publicUrl: string;
}

/** Which answer: to an invitation of one's own by its id, or to a link by its token. */
type InvitationRef = { id: string } | { token: string };

export class Moderators {
  readonly #options: ModeratorsOptions;
  readonly #store: InvitationsStore;
  readonly #people: PeopleStore;
  readonly #pruneJob: PeriodicJob;

  constructor(options: ModeratorsOptions) {
    this.#options = options;
    this.#store = new InvitationsStore(options.db);
    this.#people = new PeopleStore(options.db);
    this.#pruneJob = new PeriodicJob({
      name: 'prune invitations',
      everyMs: PRUNE_MS,
      log: options.log,
      waitsForClock: options.clock,
      run: () => this.#store.deleteOld(isoIn(this.#options.clock, -KEPT_MS)),
    });
  }

  start(): void {
    this.#pruneJob.start();
  }

  close(): Promise<void> {
    return this.#pruneJob.close();
  }

  /**
   * Invites the person with this handle, by a letter and a notice in their account. Nothing happens while an invitation
   * to the same place is open; `forbidden` while one is kept that they declined.
   */
  async inviteByHandle(
    handle: string,
    { creator, room }: { creator: string; room: { id: RoomId; title: string } | null },
  ): Promise<void> {
    const { people, mail, publicUrl } = this.#options;
    const person = await this.#store.findByHandle(handle.trim().toLowerCase().replace(/^@/, ''));
    if (!person) throw new AppError('person_not_found');
    if (person === creator) throw new AppError('invalid_request', 'You keep order in your own rooms already.');
    const [to, by] = await Promise.all([people.addressOf(person), people.find(creator)]);
    await this.#create({ creator, room: room?.id ?? null, person }, async (tx, id) => {
      if (!to) return;
      const data = { creator: by?.name ?? '', room: room?.title ?? null, link: `${publicUrl}/account` };
      await mail.enqueue(tx, {
        key: id,
        to: to.address,
        language: to.language,
        template: 'moderator-invitation',
        data,
      });
    });
    mail.wake();
  }

  /** A link that one person can use; only this answer has it. */
  async inviteByLink(given: { creator: string; room: RoomId | null }): Promise<string> {
    const token = createSecret();
    await this.#create({ ...given, linkDigest: digest(token) });
    return `${this.#options.publicUrl}/account?invitation=${token}`;
  }

  async #create(
    row: { creator: string; room: RoomId | null; person?: string; linkDigest?: string },
    also: (tx: Orm, id: InvitationId) => Promise<void> = async () => {},
  ): Promise<void> {
    const { clock } = this.#options;
    const id = createId('invitation');
    await this.#options.db.transaction(async (tx) => {
      await this.#people.lock(tx, row.creator);
      if (row.person !== undefined && (await this.#isInvited(tx, { ...row, person: row.person }))) return;
      if ((await this.#store.countSince(tx, row.creator, isoIn(clock, -DAY_MS))) >= LIMITS.moderatorInvitationsPerDay) {
        throw new AppError('rate_limited', 'You have invited many people today. Go on tomorrow.');
      }
      const expiresAt = isoIn(clock, LIMITS.moderatorInvitationDays * DAY_MS);
      await this.#store.insert(tx, { id, ...row, createdAt: isoIn(clock), expiresAt });
      await also(tx, id);
    });
  }

  async #isInvited(
    tx: Orm,
    { creator, room, person }: { creator: string; room: RoomId | null; person: string },
  ): Promise<boolean> {
    const earlier = await this.#store.listUnaccepted(tx, { creator, person, at: isoIn(this.#options.clock) });
    if (earlier.some(({ outcome }) => outcome === 'declined')) {
      throw new AppError('forbidden', 'They have declined an invitation of yours.');
    }
    return earlier.some((invitation) => invitation.room === room);
  }

  /** A creator's open invitations, oldest first. */
  async invitationsBy(creator: string): Promise<Invitation[]> {
    return (await this.#store.listOpen({ creator }, isoIn(this.#options.clock))).map(toInvitation);
  }

  /** Open invitations to a person, oldest first. */
  async invitationsTo(person: string): Promise<Invitation[]> {
    return (await this.#store.listOpen({ person }, isoIn(this.#options.clock))).map(toInvitation);
  }

  /** What an unused link offers. Reading does not use it up. */
  async findLink(token: string): Promise<Invitation> {
    const row = await this.#store.findOpen({ linkDigest: digest(token) }, isoIn(this.#options.clock));
    if (!row) throw new AppError('invitation_invalid');
    return toInvitation(row);
  }

  /** Accepts or declines, once. */
  async answer(ref: InvitationRef, { person, accepted }: { person: string; accepted: boolean }): Promise<void> {
    const { roles } = this.#options;
    const key: InvitationKey = 'token' in ref ? { linkDigest: digest(ref.token) } : { id: ref.id, person };
    await this.#options.db.transaction(async (tx) => {
      const outcome = accepted ? 'accepted' : 'declined';
      const row = await this.#store.answer(tx, key, { person, outcome, at: isoIn(this.#options.clock) });
      if (!row) throw new AppError('invitation_invalid');
      if (!accepted) return;
      if (row.creator === person) throw new AppError('invalid_request', 'You keep order in your own rooms already.');
      const scope = { creator: row.creator, room: row.room as RoomId | null };
      await roles.give({ person, role: 'moderator', scope, by: row.creator }, tx);
    });
    roles.wake();
  }

  /** One invitation of a creator, or all. Idempotent. */
  async withdraw(which: { creator: string; id?: string }): Promise<void> {
    await this.#options.db.transaction((tx) => this.#store.withdraw(tx, { ...which, at: isoIn(this.#options.clock) }));
  }

  /**
   * Ends a moderator's role: by the creator, who withdraws their invitations to that person with it, or by the
   * moderator. Nothing happens for a role of others.
   */
  async end(id: string, by: string): Promise<void> {
    const { roles } = this.#options;
    const held = await roles.find(id);
    if (held?.role !== 'moderator' || !held.scope || (held.person !== by && held.scope.creator !== by)) return;
    const { person, scope } = held;
    await this.#options.db.transaction(async (tx) => {
      if (scope.creator === by) await this.#store.withdraw(tx, { creator: by, person, at: isoIn(this.#options.clock) });
      await roles.end({ person, role: 'moderator', scope, by }, tx);
    });
    roles.wake();
  }
}

function toInvitation({ id, creator, room, person, linkDigest, expiresAt }: InvitationRow): Invitation {
  return {
    id: id as InvitationId,
    creator,
    room: room as RoomId | null,
    person: linkDigest === null ? person : null,
    expiresAt: iso(expiresAt),
  };
}
