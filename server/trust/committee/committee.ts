/**
 * The committee's seats: by competence, with the terms of their members and what members declare. The house arranges
 * seats and appoints; it ends a term early only by a removal whose reason is public. Called by the gateway, and for
 * invitations, roles and closed accounts by accounts.
 */
import { type Clock, iso, isoIn } from '../../platform/clock.ts';
import type { Database, Orm } from '../../platform/db/db.ts';
import { Remembered } from '../../platform/remembered.ts';
import { ERASED_NAME } from '../../protocol/accounts/erased-name.ts';
import type { CreatorCard } from '../../protocol/accounts/profiles.ts';
import { AppError } from '../../protocol/errors.ts';
import { createId, type Id } from '../../protocol/ids.ts';
import * as LIMITS from '../../protocol/limits.ts';
import type {
  Appointment,
  CommitteeView,
  DeclarationInput,
  OwnSeat,
  PublicText,
} from '../../protocol/trust/committee.ts';
import { CommitteeStore, type TermRow } from './committee.store.ts';
import { type Known, memberOf, pastMemberOf, sittingOf, yearsAfter } from './committee-views.ts';
import type { Roll } from './opinions/votes.ts';
import { countHeld, type QuorumRule, quorumFailsSince, type SeatSpan, vacantSince } from './sittings.ts';

/** How late a footer may notice the first seat. */
const REMEMBERED_MS = 5_000;

interface CommitteeOptions {
  db: Database;
  clock: Clock;
  quorum: QuorumRule;
  people: { findCards(identities: readonly string[]): Promise<CreatorCard[]> };
  /**
   * Throws `forbidden` for operators, reviewers and creators. Locks the person until the end of the transaction, so
   * that they get no such role meanwhile.
   */
  assertMaySit(tx: Orm, person: string): Promise<void>;
}

export class Committee {
  readonly #options: CommitteeOptions;
  readonly #store: CommitteeStore;
  readonly #hasSeats: Remembered<'footer', boolean>;

  constructor(options: CommitteeOptions) {
    const { db, clock } = options;
    this.#options = options;
    this.#store = new CommitteeStore(db);
    this.#hasSeats = new Remembered({ clock, forMs: REMEMBERED_MS, max: 1 });
  }

  /** Whether to link the page; remembered for some seconds, so that pages cost no query each. */
  hasSeats(): Promise<boolean> {
    return this.#hasSeats.find('footer', async () => (await this.#store.countSeats()) > 0);
  }

  /** All that is public. */
  async view(): Promise<CommitteeView> {
    const nowMs = this.#nowMs;
    const [seatRows, terms] = await Promise.all([this.#store.listSeats(), this.#store.listTerms()]);
    const known = await this.#know(terms);
    const seats = seatRows.map(toSeatSpan);
    const sittings = terms.map(sittingOf);
    const open = terms.filter((term) => !isOver(term, nowMs));
    const past = terms.filter((term) => isOver(term, nowMs)).map((term) => pastMemberOf(term, known));
    const counted = countHeld(seats, sittings, nowMs);
    const shown = seatRows.flatMap(({ id, name, removedAt }, index) => {
      const span = seats[index];
      if (removedAt !== null || !span) return [];
      // The latest first.
      const own = open.filter(({ seat }) => seat === id).map((term) => memberOf(term, known, nowMs));
      const member = own.find(({ from }) => Date.parse(from) <= nowMs) ?? null;
      const next = own.findLast(({ from }) => Date.parse(from) > nowMs) ?? null;
      const vacantMs = vacantSince(span, sittings, nowMs);
      return [{ id: id as Id<'committeeSeat'>, name, member, next, vacantSince: toIso(vacantMs) }];
    });
    return {
      quorum: {
        needed: counted.seats === 0 ? 0 : this.#options.quorum(counted.seats),
        held: counted.held,
        failsSince: toIso(quorumFailsSince({ seats, sittings }, this.#options.quorum, nowMs)),
      },
      seats: shown,
      past: past.sort((one, other) => other.ended.at.localeCompare(one.ended.at)),
    };
  }

  async createSeat(name: PublicText, by: string): Promise<void> {
    if ((await this.#store.countSeats()) >= LIMITS.committeeSeats)
      throw new AppError('forbidden', `A committee has at most ${LIMITS.committeeSeats} seats.`);
    const row = { id: createId('committeeSeat'), name, createdAt: isoIn(this.#options.clock), createdBy: by };
    await this.#options.db.transaction((tx) => this.#store.insertSeat(tx, row));
    this.#hasSeats.forget('footer');
  }

  /** Throws `forbidden` unless it is vacant: a member keeps the competence for which they were appointed. */
  async renameSeat(id: string, name: PublicText): Promise<void> {
    await this.#changeVacant(id, (tx) => this.#store.updateSeat(tx, id, { name }));
  }

  async removeSeat(id: string, by: string): Promise<void> {
    const removal = { removedAt: isoIn(this.#options.clock), removedBy: by };
    await this.#changeVacant(id, (tx) => this.#store.updateSeat(tx, id, removal));
    this.#hasSeats.forget('footer');
  }

  #changeVacant(id: string, change: (tx: Orm) => Promise<void>): Promise<void> {
    return this.#options.db.transaction(async (tx) => {
      if (!(await this.#store.lockSeat(tx, id))) throw new AppError('not_found', 'There is no such seat.');
      const terms = await this.#store.listTerms({ seat: id }, tx);
      if (terms.some((term) => !isOver(term, this.#nowMs)))
        throw new AppError('forbidden', 'Somebody holds this seat, or will. Only a vacant seat is changed.');
      await change(tx);
    });
  }

  /** Before an invitation: throws where the appointment could not be made now. */
  async assertMayAppoint({ seat, from, until }: Pick<Appointment, 'seat' | 'from' | 'until'>): Promise<void> {
    const seats = await this.#store.listSeats();
    if (!seats.some(({ id, removedAt }) => id === seat && removedAt === null))
      throw new AppError('not_found', 'There is no such seat.');
    const span = this.#termOf({ from, until });
    if (Date.parse(span.until) <= this.#nowMs) throw new AppError('time_in_past');
    if (!isTerm(span))
      throw new AppError('invalid_request', `A term lasts at most ${LIMITS.committeeTermYears} years.`);
    const terms = await this.#store.listTerms({ seat });
    if (terms.some((term) => overlaps(term, span)))
      throw new AppError('invalid_request', 'The seat is held for a part of this term.');
  }

  /**
   * Begins a term, in the transaction in which its invitation is used. Throws `forbidden` for who has a role that a
   * seat excludes, and `desk_link_invalid` where the seat or the member is bound otherwise by now.
   */
  async appoint(
    tx: Orm,
    { person, appointment, by }: { person: string; appointment: Appointment; by: string },
  ): Promise<void> {
    const seat = await this.#store.lockSeat(tx, appointment.seat);
    await this.#options.assertMaySit(tx, person);
    const span = this.#termOf(appointment);
    const terms = [
      ...(await this.#store.listTerms({ seat: appointment.seat }, tx)),
      ...(await this.#store.listTerms({ person }, tx)),
    ];
    if (!seat || !isTerm(span) || terms.some((term) => overlaps(term, span))) throw new AppError('desk_link_invalid');
    await this.#store.insertTerm(tx, {
      ...{ id: createId('committeeTerm'), seat: seat.id, seatName: seat.name, person, ...span },
      ...{ appointedBy: appointment.appointedBy, invitedBy: by, appointedAt: isoIn(this.#options.clock) },
    });
  }

  #termOf({ from, until }: Pick<Appointment, 'from' | 'until'>) {
    const nowMs = this.#nowMs;
    return { from: iso(Math.max(nowMs, from === null ? nowMs : Date.parse(from))), until: iso(until) };
  }

  /** Whether they hold a seat, or were appointed to one that is theirs soon. */
  isMember(person: string, tx?: Orm): Promise<boolean> {
    return this.#store.hasOpenTerm(person, isoIn(this.#options.clock), tx);
  }

  /** Throws `forbidden` unless the person holds a seat now. */
  async assertSits(person: string): Promise<void> {
    const terms = await this.#store.listTerms({ person });
    const nowMs = this.#nowMs;
    if (!terms.map(sittingOf).some(({ fromMs, untilMs }) => fromMs <= nowMs && nowMs < untilMs))
      throw new AppError('forbidden', 'Your term has not begun, or is over.');
  }

  /** All seats and terms, past ones too. */
  async roll(tx?: Orm): Promise<Roll> {
    const [seats, terms] = [await this.#store.listSeats(tx), await this.#store.listTerms({}, tx)];
    return {
      seats: seats.map(toSeatSpan),
      sittings: terms.map((term) => ({ ...sittingOf(term), person: term.person })),
      quorum: this.#options.quorum,
    };
  }

  /** Members who hold a seat now, each once. */
  async listMembers(): Promise<string[]> {
    const nowMs = this.#nowMs;
    const { sittings } = await this.roll();
    const sitting = sittings.filter(({ fromMs, untilMs }) => fromMs <= nowMs && nowMs < untilMs);
    return [...new Set(sitting.map(({ person }) => person))];
  }

  /** What people are shown as, who may have left the house. */
  async namesOf(people: readonly (string | null)[]): Promise<Map<string, string>> {
    const known = people.filter((person) => person !== null);
    const cards = await this.#options.people.findCards(known);
    const names = new Map(cards.map(({ identity, name }) => [identity, name]));
    return new Map(known.map((person) => [person, names.get(person) ?? ERASED_NAME]));
  }

  async ownSeat(person: string): Promise<OwnSeat> {
    const term = await this.#findOpen(person);
    if (!term) return { seat: null };
    const known = await this.#know([term]);
    return { seat: { name: term.seatName, member: memberOf(term, known, this.#nowMs) } };
  }

  async saveBiography(person: string, { en, fr }: PublicText): Promise<void> {
    const term = await this.#getOpen(person);
    const biography = en === '' && fr === '' ? null : { en, fr };
    if (!(await this.#store.saveBiography(term.id, biography, isoIn(this.#options.clock))))
      throw new AppError('forbidden');
  }

  async declare(person: string, declaration: DeclarationInput): Promise<void> {
    const { id: term } = await this.#getOpen(person);
    const row = { id: createId('declaration'), term, ...declaration, declaredAt: isoIn(this.#options.clock) };
    await this.#store.insertDeclaration(row);
  }

  async resign(person: string, reason: PublicText | null): Promise<void> {
    const { id } = await this.#getOpen(person);
    await this.#end(id, { endedHow: 'resigned', endedBy: person, endReason: reason });
  }

  /** The only way in which the house ends a term early. */
  async remove(term: string, reason: PublicText, by: string): Promise<void> {
    if (!(await this.#end(term, { endedHow: 'removed', endedBy: by, endReason: reason })))
      throw new AppError('not_found', 'There is no such term, or it is over.');
  }

  /**
   * Whoever closes an account for a member would remove them without a word, so that is refused; a member may close
   * their own.
   */
  async assertMayClose(person: string, by: string): Promise<void> {
    if (by !== person && (await this.isMember(person)))
      throw new AppError('forbidden', 'They hold a seat of the committee: remove them first, with the reason.');
  }

  /** Ends the terms of a person who closes their account. */
  async endAll(person: string, tx?: Orm): Promise<void> {
    for (const term of await this.#store.listTerms({ person }, tx)) {
      if (isOver(term, this.#nowMs)) continue;
      await this.#end(term.id, { endedHow: 'account_closed', endedBy: person, endReason: null }, tx);
    }
  }

  #end(
    term: string,
    ending: Pick<TermRow, 'endedHow' | 'endedBy' | 'endReason'>,
    tx?: Orm,
  ): Promise<TermRow | undefined> {
    return this.#store.endTerm(term, { ...ending, endedAt: isoIn(this.#options.clock) }, tx);
  }

  /** The term of a person that goes on; of two, the one that began first. */
  async #findOpen(person: string): Promise<TermRow | undefined> {
    return (await this.#store.listTerms({ person })).findLast((term) => !isOver(term, this.#nowMs));
  }

  async #getOpen(person: string): Promise<TermRow> {
    const term = await this.#findOpen(person);
    if (!term) throw new AppError('forbidden');
    return term;
  }

  async #know(terms: readonly TermRow[]): Promise<Known> {
    const [cards, declarations] = await Promise.all([
      this.#options.people.findCards(terms.map(({ person }) => person)),
      this.#store.listDeclarations(),
    ]);
    return {
      cards: new Map(cards.map((card) => [card.identity, card])),
      declarations: new Map(declarations.map((row) => [row.term, row])),
    };
  }

  get #nowMs(): number {
    return this.#options.clock.now();
  }
}

type Term = Pick<TermRow, 'from' | 'until'> & { endedAt?: string | null };

function isOver({ endedAt, until }: Term, nowMs: number): boolean {
  return Date.parse(endedAt ?? until) <= nowMs;
}

function overlaps(term: Term, other: Term): boolean {
  const endOf = ({ endedAt, until }: Term) => Date.parse(endedAt ?? until);
  return Date.parse(term.from) < endOf(other) && Date.parse(other.from) < endOf(term);
}

function isTerm({ from, until }: Term): boolean {
  return Date.parse(from) < Date.parse(until) && until <= yearsAfter(from, LIMITS.committeeTermYears);
}

function toSeatSpan({
  id,
  createdAt,
  removedAt,
}: {
  id: string;
  createdAt: string;
  removedAt: string | null;
}): SeatSpan {
  const untilMs = removedAt === null ? Number.POSITIVE_INFINITY : Date.parse(removedAt);
  return { id, fromMs: Date.parse(createdAt), untilMs };
}

function toIso(atMs: number | null): string | null {
  return atMs === null ? null : iso(atMs);
}
