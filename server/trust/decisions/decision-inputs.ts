/** What a reviewer decides, made whole from the case and checked. */
import { type Clock, iso } from '../../platform/clock.ts';
import type { RemovableId } from '../../protocol/chat/chat.ts';
import { AppError } from '../../protocol/errors.ts';
import type { RoomId } from '../../protocol/ids.ts';
import type { CharterVersion } from '../../protocol/trust/charter.ts';
import type { DecisionInput, Ground, Measure, MeasureKind } from '../../protocol/trust/decisions.ts';
import type { Rooms } from '../../rooms/rooms.ts';
import type { CaseRow } from './cases.store.ts';
import type { DecisionRow } from './decisions.store.ts';

export type NewDecision = Omit<DecisionRow, 'id' | 'at' | 'points' | 'replaces' | 'case' | 'dueAt'>;

interface DecisionInputsOptions {
  clock: Clock;
  rooms: Pick<Rooms, 'creatorOf'>;
  charter: { getVersion(version: number): Promise<CharterVersion> };
  people: { isCreator(identity: string): Promise<boolean> };
}

const ROOM_MEASURES: ReadonlySet<MeasureKind> = new Set<MeasureKind>([
  'remove_message',
  'mute',
  'remove_from_room',
  'stop_live',
  'refund_room',
]);
const PERSON_MEASURES: ReadonlySet<MeasureKind> = new Set<MeasureKind>([
  'mute',
  'remove_from_room',
  'suspend_account',
  'freeze_earnings',
]);
/**
 * Measures that affect the creator of the room: allowed only if they are the accused, who gets the statement and can
 * appeal.
 */
const CREATOR_MEASURES: ReadonlySet<MeasureKind> = new Set<MeasureKind>(['stop_live', 'refund_room']);
const NOT_ABOUT_CREATOR =
  'A live can be stopped, and its tickets refunded, only in a case about its creator. Report the live to open one.';
/** With an end. */
const TIMED_MEASURES: ReadonlySet<MeasureKind> = new Set<MeasureKind>(['mute', 'suspend_account']);

export class DecisionInputs {
  readonly #options: DecisionInputsOptions;

  constructor(options: DecisionInputsOptions) {
    this.#options = options;
  }

  /** Everything of an input that needs no lock. */
  async parse(row: CaseRow, input: DecisionInput, by: string): Promise<NewDecision> {
    const { measures, ground, reasons, language, automated } = input;
    // A report by the form does not say who it is: a later decision can correct whom an earlier one named.
    const isByForm = row.subjectKind === 'form';
    const accused = (isByForm ? (input.accused ?? row.accused) : (row.accused ?? input.accused)) ?? null;
    const parsed: Measure[] = [];
    for (const measure of measures) parsed.push(await this.#parseMeasure(row, measure, accused));
    if ('article' in ground) await this.#assertArticle(ground.article, ground.version);
    return { kind: 'final', by, accused, measures: parsed, ...citedOf(ground), reasons, language, automated };
  }

  async #parseMeasure(
    row: CaseRow,
    input: DecisionInput['measures'][number],
    accused: string | null,
  ): Promise<Measure> {
    const { kind } = input;
    const room = ROOM_MEASURES.has(kind) ? ((input.room ?? row.room) as RoomId | null) : null;
    const message = kind === 'remove_message' ? (input.message ?? messageOf(row.subjectKey)) : null;
    const until = input.until === undefined ? null : iso(input.until);
    const isComplete =
      (room !== null || !ROOM_MEASURES.has(kind)) &&
      (message !== null || kind !== 'remove_message') &&
      (accused !== null || !PERSON_MEASURES.has(kind)) &&
      (until === null || TIMED_MEASURES.has(kind));
    if (!isComplete) throw new AppError('measure_invalid');
    if (until !== null && Date.parse(until) <= this.#options.clock.now()) throw new AppError('time_in_past');
    const creator = room && (await this.#options.rooms.creatorOf(room));
    if (CREATOR_MEASURES.has(kind) && creator !== accused) throw new AppError('measure_invalid', NOT_ABOUT_CREATOR);
    // A creator is at home in their rooms: their live is stopped, or their account suspended.
    if (creator === accused && (kind === 'mute' || kind === 'remove_from_room')) throw new AppError('measure_invalid');
    if (kind === 'freeze_earnings' && !(await this.#options.people.isCreator(accused ?? '')))
      throw new AppError('measure_invalid');
    return { kind, room, message, until };
  }

  /** Whether the person is the creator of the room. */
  async isAboutCreator({ room, accused }: Pick<CaseRow, 'room' | 'accused'>): Promise<boolean> {
    return room !== null && accused === (await this.#options.rooms.creatorOf(room));
  }

  async assertAboutCreator(about: Pick<CaseRow, 'room' | 'accused'>): Promise<void> {
    if (!(await this.isAboutCreator(about))) throw new AppError('measure_invalid', NOT_ABOUT_CREATOR);
  }

  async #assertArticle(id: string, version: number): Promise<void> {
    const { state, articles } = await this.#options.charter.getVersion(version);
    if (state === 'announced' || !articles.some((article) => article.id === id))
      throw new AppError('charter_not_found');
  }
}

/** A ground as its columns; `groundOf` is the way back. */
export function citedOf(ground: Ground): Pick<DecisionRow, 'article' | 'charterVersion' | 'law'> {
  return 'article' in ground
    ? { article: ground.article, charterVersion: ground.version, law: null }
    : { article: null, charterVersion: null, law: ground.law };
}

/** The message or tip that a case is about. */
export function messageOf(subjectKey: string): RemovableId | null {
  return subjectKey.startsWith('message:') ? (subjectKey.slice('message:'.length) as RemovableId) : null;
}
