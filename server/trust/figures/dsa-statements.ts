/**
 * Statements of reasons in the shape of the EU's DSA Transparency Database (article 24(5) of the Digital Services Act),
 * as its API documents it since July 2025: https://transparency.dsa.ec.europa.eu/page/api-documentation. They hold no
 * personal data: the reasons that a reviewer wrote to a person, the ids of people, rooms and messages, and the reporter
 * stay in the house. The fields for facts and explanations say in general terms what the record says. A law is cited as
 * the reviewer cited it, so an operator reads the export before it is sent.
 */
import type { Database } from '../../platform/db/db.ts';
import { dateIn, periodIn, quarterIn } from '../../platform/house-dates.ts';
import type { MeasureKind } from '../../protocol/trust/decisions.ts';
import type { ReportCategory } from '../../protocol/trust/reports.ts';
import { measureOf } from '../decisions/decisions.store.ts';
import { DsaStatementsStore, type StatedDecision } from './dsa-statements.store.ts';

/** Names of the database's categories, by the worst category of the case's reports. */
const CATEGORIES: Readonly<Record<ReportCategory, string>> = {
  minors: 'STATEMENT_CATEGORY_PROTECTION_OF_MINORS',
  violence: 'STATEMENT_CATEGORY_VIOLENCE',
  self_harm: 'STATEMENT_CATEGORY_SELF_HARM',
  hate: 'STATEMENT_CATEGORY_ILLEGAL_OR_HARMFUL_SPEECH',
  harassment: 'STATEMENT_CATEGORY_CYBER_VIOLENCE',
  consent: 'STATEMENT_CATEGORY_DATA_PROTECTION_AND_PRIVACY_VIOLATIONS',
  privacy: 'STATEMENT_CATEGORY_DATA_PROTECTION_AND_PRIVACY_VIOLATIONS',
  fraud: 'STATEMENT_CATEGORY_SCAMS_AND_FRAUD',
  illegal: 'STATEMENT_CATEGORY_NOT_SPECIFIED_NOTICE',
  // The database has none of its own for sexual content and spam.
  sexual: 'STATEMENT_CATEGORY_OTHER_VIOLATION_TC',
  spam: 'STATEMENT_CATEGORY_OTHER_VIOLATION_TC',
  other: 'STATEMENT_CATEGORY_OTHER_VIOLATION_TC',
};
/** A house serves all of them alike: the European Economic Area. */
const TERRITORY = 'AT BE BG CY CZ DE DK EE ES FI FR GR HR HU IE IS IT LI LT LU LV MT NL NO PL PT RO SE SI SK'.split(
  ' ',
);
const CONTENT: Readonly<
  Record<StatedDecision['subjectKind'], { content_type: string[]; content_type_other?: string }>
> = {
  message: { content_type: ['CONTENT_TYPE_TEXT'] },
  live: { content_type: ['CONTENT_TYPE_AUDIO', 'CONTENT_TYPE_VIDEO'] },
  person: { content_type: ['CONTENT_TYPE_OTHER'], content_type_other: 'Conduct of a person in a room' },
  form: { content_type: ['CONTENT_TYPE_OTHER'], content_type_other: 'Described by the public form' },
};
const GROUND_CHARS = 500;

interface DsaStatementsOptions {
  db: Database;
  timeZone: string;
  publicUrl: string;
}

export class DsaStatements {
  readonly #options: DsaStatementsOptions;
  readonly #store: DsaStatementsStore;

  constructor(options: DsaStatementsOptions) {
    this.#options = options;
    this.#store = new DsaStatementsStore(options.db);
  }

  /**
   * Of a quarter such as `2026-Q4` or a month such as `2026-11`, in the time zone of the house. Every decision with
   * measures, also one that is taken at once and one that was undone later, since each was stated to the person.
   */
  async *read(period: string): AsyncGenerator<object[]> {
    const { timeZone } = this.#options;
    const bounds = period.includes('Q')
      ? quarterIn(timeZone, period)
      : periodIn(timeZone, { firstMonth: period, months: 1 });
    for await (const page of this.#store.read(bounds)) yield page.map((decision) => this.#stated(decision));
  }

  #stated(decision: StatedDecision): object {
    const { id, by, automated, isOrder, subjectKind, category, at, openedAt } = decision;
    return {
      ...this.#restrictions(decision),
      ...this.#ground(decision),
      ...CONTENT[subjectKind],
      category: CATEGORIES[category],
      territorial_scope: TERRITORY,
      // The house knows when it was reported; it was shown then or before.
      content_date: this.#date(openedAt),
      application_date: this.#date(at),
      decision_facts: factsOf(decision),
      source_type: isOrder ? 'SOURCE_TYPE_OTHER_NOTIFICATION' : 'SOURCE_ARTICLE_16',
      // A rule acts on the claim of a person; where a reviewer decides, a machine may have helped to find it.
      automated_detection: automated && by !== null ? 'Yes' : 'No',
      automated_decision: automatedOf(decision),
      puid: id,
    };
  }

  #restrictions(decision: StatedDecision): Record<string, unknown> {
    const has = (kind: MeasureKind) => measureOf(decision, kind) !== undefined;
    const visibility = [
      ...(has('remove_message') ? ['DECISION_VISIBILITY_CONTENT_REMOVED'] : []),
      ...(has('stop_live') || has('refund_room') ? ['DECISION_VISIBILITY_CONTENT_DISABLED'] : []),
    ];
    const isPartial = has('mute') || has('remove_from_room');
    // Only a mute ends; a removal from a room beside it does not.
    const muteEnds = has('remove_from_room') ? null : (measureOf(decision, 'mute')?.until ?? null);
    const suspensionEnds = measureOf(decision, 'suspend_account')?.until ?? null;
    return {
      ...(visibility.length > 0 && { decision_visibility: visibility }),
      ...monetaryOf(has),
      ...(isPartial && { decision_provision: 'DECISION_PROVISION_PARTIAL_SUSPENSION' }),
      ...(isPartial && muteEnds !== null && { end_date_service_restriction: this.#date(muteEnds) }),
      ...(has('suspend_account') && { decision_account: 'DECISION_ACCOUNT_SUSPENDED' }),
      ...(suspensionEnds !== null && { end_date_account_restriction: this.#date(suspensionEnds) }),
    };
  }

  #ground({ article, charterVersion, law, category }: StatedDecision): Record<string, string> {
    const found = `The house found that this, which was reported as “${category}”, breaks what is cited.`;
    if (article === null)
      return {
        decision_ground: 'DECISION_GROUND_ILLEGAL_CONTENT',
        illegal_content_legal_ground: (law ?? '').slice(0, GROUND_CHARS),
        illegal_content_explanation: found,
      };
    return {
      decision_ground: 'DECISION_GROUND_INCOMPATIBLE_CONTENT',
      decision_ground_reference_url: `${this.#options.publicUrl}/charter/${charterVersion}`,
      incompatible_content_ground: `Charter of the house, version ${charterVersion}, article “${article}”`,
      incompatible_content_explanation: found,
    };
  }

  #date(at: string): string {
    return dateIn(this.#options.timeZone, Date.parse(at));
  }
}

function monetaryOf(has: (kind: MeasureKind) => boolean): Record<string, string> {
  if (has('refund_room')) {
    const frozen = has('freeze_earnings') ? ', and the earnings were frozen' : '';
    return {
      decision_monetary: 'DECISION_MONETARY_OTHER',
      decision_monetary_other: `The tickets of the room were paid back to their buyers${frozen}`,
    };
  }
  return has('freeze_earnings') ? { decision_monetary: 'DECISION_MONETARY_SUSPENSION' } : {};
}

function automatedOf({ by, automated }: StatedDecision): string {
  if (by === null) return 'AUTOMATED_DECISION_FULLY';
  return automated ? 'AUTOMATED_DECISION_PARTIALLY' : 'AUTOMATED_DECISION_NOT_AUTOMATED';
}

function factsOf({ kind, by, isOrder, category }: StatedDecision): string {
  const source = isOrder ? 'The order of an authority' : 'Reports';
  const decided =
    by === null
      ? 'A rule of the house took it down at once; a person decides about it afterwards.'
      : kind === 'provisional'
        ? 'A reviewer stopped it at once; a decision with its reasons follows.'
        : 'A reviewer looked at it with its evidence and decided. The reasons were given to the person concerned.';
  return `${source} said that it is “${category}”. ${decided}`;
}
