/**
 * Random rows of the records that figures count, among them many at the borders of quarters to the millisecond. They
 * are written into the tables as they are, so that a recount needs no code of the product.
 */
import { disputes } from '../../../server/money/disputes/disputes.schema.ts';
import { ledgerAccounts, ledgerEntries, ledgerTransactions } from '../../../server/money/ledger/ledger.schema.ts';
import { payments } from '../../../server/money/payments/payments.schema.ts';
import type { Database } from '../../../server/platform/db/db.ts';
import { reportCategory } from '../../../server/protocol/trust/reports.ts';
import { lives } from '../../../server/rooms/lives/lives.schema.ts';
import { restrictions } from '../../../server/rooms/restrictions/restrictions.schema.ts';
import { committeeCases } from '../../../server/trust/committee/cases/cases.schema.ts';
import {
  committeeAnswers,
  committeeOpinions,
  committeeSteps,
} from '../../../server/trust/committee/opinions/opinions.schema.ts';
import { committeeAlarms } from '../../../server/trust/committee/thresholds/thresholds.schema.ts';
import { appeals, decisions, reviewCases } from '../../../server/trust/decisions/decisions.schema.ts';
import { reports } from '../../../server/trust/reports/reports.schema.ts';
import type { Dice } from '../soak/dice.ts';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
const MEASURES = ['remove_message', 'mute', 'remove_from_room', 'stop_live', 'suspend_account', 'freeze_earnings'];
const POINTS = [1, 1, 2, 3, 4, 3];
const WORDS = { en: 'Words.', fr: 'Des mots.' };
export const CREATORS = ['ada', 'bea', 'cleo'];

interface Span {
  fromMs: number;
  untilMs: number;
  /** Moments at whose borders much happens. */
  borders: readonly string[];
}

type Row = Record<string, unknown>;
type Chosen = { kind: string; room: string; message: null; until: null }[];

export class RandomHistory {
  readonly #dice: Dice;
  readonly #span: Span;
  readonly #prefix: string;
  #count = 0;

  constructor(dice: Dice, span: Span, prefix: string) {
    this.#dice = dice;
    this.#span = span;
    this.#prefix = prefix;
  }

  async write(db: Database): Promise<void> {
    const cases = Array.from({ length: this.#dice.between(20, 40) }, () => this.#case());
    const rows = {
      reviewCases: cases.map((each) => each.row),
      reports: cases.flatMap((each) => each.reports),
      decisions: cases.flatMap((each) => each.decisions),
      appeals: cases.flatMap((each) => each.appeals),
    };
    const add = adding(db);
    await add(reviewCases, rows.reviewCases);
    await add(reports, rows.reports);
    await add(decisions, rows.decisions);
    await add(appeals, rows.appeals);
    await add(lives, this.#lives());
    await add(
      payments,
      this.#several(30, (id) => this.#payment(id)),
    );
    await add(
      disputes,
      this.#several(6, (id) => this.#dispute(id)),
    );
    await add(
      restrictions,
      this.#several(10, (id) => this.#restriction(id)),
    );
    await this.#earn(db, add);
  }

  /** Rows to count alone: these opinions have no texts to show. */
  async writeCommittee(db: Database): Promise<void> {
    const add = adding(db);
    await add(
      committeeCases,
      this.#several(5, (id) => this.#committeeCase(id)),
    );
    await add(
      committeeAlarms,
      this.#several(5, (id) => this.#alarm(id)),
    );
    const opinions = this.#several(8, (id) => this.#opinion(id));
    await add(committeeOpinions, opinions);
    const answered = opinions.filter(({ outcome }) => outcome === 'adopted' && this.#dice.chance(0.7));
    await add(
      committeeAnswers,
      answered.map((each) => this.#answer(each)),
    );
    await add(
      committeeSteps,
      this.#several(8, (id) => this.#step(id)),
    );
  }

  #id(): string {
    this.#count += 1;
    return `${this.#prefix}_${this.#count}`;
  }

  #several(most: number, create: (id: string) => Row): Row[] {
    return Array.from({ length: this.#dice.between(0, most) }, () => create(this.#id()));
  }

  #moment(afterMs = this.#span.fromMs): string {
    const { untilMs, borders } = this.#span;
    const border = Date.parse(this.#dice.pick(borders) ?? '');
    if (this.#dice.chance(0.3) && border > afterMs && border < untilMs)
      return new Date(border + this.#dice.between(-1, 1)).toISOString();
    return new Date(this.#dice.between(afterMs, Math.max(afterMs, untilMs))).toISOString();
  }

  /** Within days, or at a border. */
  #soonAfter(at: string): string {
    if (this.#dice.chance(0.3)) return this.#moment(Date.parse(at));
    return new Date(Date.parse(at) + this.#dice.between(1, 5 * DAY_MS)).toISOString();
  }

  #case() {
    const id = this.#id();
    const openedAt = this.#moment();
    const decideBy = this.#soonAfter(openedAt);
    const accused = this.#dice.pick(CREATORS) ?? 'ada';
    const made = this.#decisions(id, { openedAt, decideBy, accused });
    const filed = Array.from({ length: this.#dice.between(1, 3) }, () => this.#report(id, openedAt));
    const row = {
      ...{ id, subjectKind: 'live', subjectKey: `live:${id}`, room: 'room_1', accused, category: 'spam' },
      ...{ article: null, charterVersion: null, severity: 3, isOrder: false, state: 'decided', decideBy, openedAt },
      ...{ owed: this.#dice.chance(0.3) ? 'decision' : null, dueAt: this.#soonAfter(openedAt) },
    };
    return { row, reports: filed, ...made };
  }

  #report(case_: string, openedAt: string): Row {
    const source = this.#dice.weighted({ room: 6, order: 2, form: 1 });
    const order = { authority: this.#dice.pick(['Arcom', 'Tribunal']), legalGround: 'L335-2', reference: null };
    const id = this.#id();
    return {
      ...{ id, source, room: 'room_1', case: case_, subjectKind: 'live', subjectKey: `live:${id}`, accused: 'ada' },
      ...{ category: this.#dice.pick(reportCategory.options), article: null, charterVersion: null, note: null },
      ...{ authorityOrder: source === 'order' ? order : null, reporter: id, evidence: null },
      createdAt: this.#dice.chance(0.5) ? openedAt : this.#moment(),
    };
  }

  #measures(): Chosen {
    const chosen = MEASURES.filter(() => this.#dice.chance(0.25));
    return chosen.map((kind) => ({ kind, room: 'room_1', message: null, until: null }));
  }

  /** A chain, each in the place of the one before: perhaps a provisional one, final ones, and their appeals. */
  #decisions(case_: string, of: { openedAt: string; decideBy: string; accused: string }) {
    const made: Row[] = [];
    const asked: Row[] = [];
    let at = of.openedAt;
    const kinds = [
      ...(this.#dice.chance(0.3) ? ['provisional'] : []),
      ...Array.from({ length: this.#dice.between(0, 3) }, () => 'final'),
    ];
    for (const [index, kind] of kinds.entries()) {
      at = this.#soonAfter(at);
      const measures = kind === 'provisional' ? this.#measures().slice(0, 1) : this.#measures();
      const points = Math.max(0, ...measures.map((each) => POINTS[MEASURES.indexOf(each.kind)] ?? 0));
      const id = this.#id();
      const cited = this.#dice.chance(0.5) ? { article: 'conduct', charterVersion: 1 } : { law: 'L335-2' };
      made.push({
        ...{ id, case: case_, kind, replaces: made.at(-1)?.id ?? null, by: 'rev-1', accused: of.accused, measures },
        ...{ article: null, charterVersion: null, law: null, ...cited, reasons: 'Because.', language: 'en' },
        ...{ automated: this.#dice.chance(0.2), points: kind === 'final' ? points : 0, at },
        dueAt: index === 0 ? of.decideBy : this.#soonAfter(of.openedAt),
      });
      for (const appealKind of ['accused', 'reporter', 'second_look'])
        if (this.#dice.chance(0.3)) asked.push(this.#appeal({ id, case_, kind: appealKind, at }));
    }
    return { decisions: made, appeals: asked };
  }

  #appeal({ id: decision, case_, kind, at }: { id: string; case_: string; kind: string; at: string }): Row {
    const createdAt = this.#soonAfter(at);
    const isAnswered = this.#dice.chance(0.6);
    return {
      ...{ id: this.#id(), decision, case: case_, kind, by: kind === 'second_look' ? null : this.#id(), text: 'No.' },
      ...{ report: null, createdAt, dueAt: this.#soonAfter(createdAt), reasons: null, language: null },
      outcome: isAnswered ? this.#dice.pick(['granted', 'upheld']) : null,
      decidedBy: isAnswered ? 'rev-2' : null,
      decidedAt: isAnswered ? this.#soonAfter(createdAt) : null,
    };
  }

  /** At most one goes on in each room. */
  #lives(): Row[] {
    return Array.from({ length: this.#dice.between(5, 15) }, () => {
      const startedAt = this.#moment();
      const ends = this.#dice.chance(0.9);
      const until = this.#dice.chance(0.2)
        ? this.#moment(Date.parse(startedAt))
        : new Date(Date.parse(startedAt) + this.#dice.between(0, 8 * HOUR_MS)).toISOString();
      return { room: this.#id(), startedAt, endedAt: ends ? until : null };
    });
  }

  #payment(id: string): Row {
    const at = this.#moment();
    return {
      ...{ id, kind: 'tip', identity: 'lea', amountMinor: 500, currency: 'eur', paidAt: at, createdAt: at },
      paidFrom: this.#dice.pick(['wallet', 'card', 'card']),
    };
  }

  #dispute(id: string): Row {
    return {
      ...{ id, providerDispute: id, providerPayment: id, sourceType: 'tip', sourceId: id, identity: 'lea' },
      ...{ amountMinor: 500, currency: 'eur', reason: 'fraudulent', openedAt: this.#moment() },
      status: this.#dice.pick(['inquiry', 'open', 'won', 'lost']),
    };
  }

  #restriction(id: string): Row {
    const kind = this.#dice.pick(['freeze', 'suspension', 'removal', 'card_hold']) ?? 'freeze';
    const isByDecision = this.#dice.chance(0.7);
    return {
      ...{ id, kind, identity: this.#dice.pick([...CREATORS, 'lea']), reason: 'x', by: 'house', byRole: 'house' },
      ...{ createdAt: this.#moment(), decision: isByDecision ? id : null },
      // Of those without a decision, at most one stands.
      liftedAt: isByDecision ? null : this.#moment(),
    };
  }

  #committeeCase(id: string): Row {
    return { id, title: WORDS, question: WORDS, origin: 'own_motion', openedBy: 'mem-1', openedAt: this.#moment() };
  }

  #alarm(id: string): Row {
    return { id, threshold: 'threshold_1', at: this.#moment(), from: this.#moment(), value: 3, figures: {}, case: id };
  }

  #opinion(id: string): Row {
    const outcome = this.#dice.pick(['adopted', 'adopted', 'rejected', 'withdrawn']);
    const [createdAt, endedAt] = [this.#moment(), this.#moment()];
    return {
      ...{ id, case: null, by: 'mem-1', createdAt, outcome, endedAt },
      answerDueAt: outcome === 'adopted' ? this.#soonAfter(endedAt) : null,
    };
  }

  #answer({ id, endedAt, answerDueAt }: Row): Row {
    const outcome = this.#dice.pick(['follows', 'follows_in_part', 'does_not_follow']);
    const at = this.#dice.chance(0.2) ? answerDueAt : this.#soonAfter(endedAt as string);
    return { opinion: id, outcome, reasons: WORDS, by: 'op-1', at };
  }

  #step(id: string): Row {
    const dueAt = this.#moment();
    const doneAt = this.#dice.pick([null, dueAt, this.#moment()]);
    return { id, opinion: id, position: 0, text: WORDS, dueAt, doneAt };
  }

  /** Earnings come and are paid out: an account of a creator may be below zero. */
  async #earn(db: Database, add: ReturnType<typeof adding>): Promise<void> {
    const kinds = ['creator_pending', 'creator_available'];
    const accounts = CREATORS.flatMap((owner) => kinds.map((kind) => ({ id: `${kind}:eur:${owner}`, owner, kind })));
    const all = [...accounts, { id: 'provider_clearing:eur:#house', owner: '#house', kind: 'provider_clearing' }];
    const rows = all.map((each) => ({ ...each, currency: 'eur' }));
    await db.orm
      .insert(ledgerAccounts)
      .values(rows as never)
      .onConflictDoNothing();
    const booked = Array.from({ length: 20 }, () => ({ id: this.#id(), createdAt: this.#moment() }));
    await add(
      ledgerTransactions,
      booked.map((each) => ({ ...each, kind: 'tip', sourceType: 'tip', sourceId: each.id, currency: 'eur' })),
    );
    const entries = booked.flatMap(({ id: transaction }) => {
      const amountMinor = this.#dice.between(1, 5_000) * (this.#dice.chance(0.7) ? 1 : -1);
      const account = this.#dice.pick(accounts)?.id;
      return [
        { transaction, account, amountMinor },
        { transaction, account: 'provider_clearing:eur:#house', amountMinor: -amountMinor },
      ];
    });
    await add(ledgerEntries, entries);
  }
}

function adding({ orm }: Database) {
  return async (table: unknown, values: Row[]): Promise<void> => {
    if (values.length > 0) await orm.insert(table as typeof reports).values(values as never);
  };
}
