/**
 * Which messages a report of a year needs, after what was reported before (OECD, DPI XML Schema and User Guide,
 * "Correction of DPI information"): what is new goes into one message, what is corrected or deleted into another, and
 * the document about the house is sent again in each.
 */
import { randomUUID } from 'node:crypto';
import { isDeepStrictEqual } from 'node:util';
import type { Dac7MessageType } from '../../protocol/money/dac7.ts';
import type { Dac7Document, Dac7Operator, Dac7Quarter, Dac7Seller } from './dac7-message.ts';

/** What a document says of a seller. */
export interface SellerContent {
  seller: Dac7Seller;
  quarters: Dac7Quarter[];
}

/** A document about the house (`creator` is null) or about a seller. */
export interface ReportedDocument extends Dac7Document {
  creator: string | null;
  content: SellerContent | { operator: Dac7Operator };
}

export interface PlannedMessage {
  type: Dac7MessageType;
  /** `OECD0`: it was sent before and has its old id. */
  house: ReportedDocument;
  sellers: ReportedDocument[];
}

/** The latest document about each seller, by creator, and about the house (null); not those that were deleted. */
export type CurrentDocuments = ReadonlyMap<string | null, ReportedDocument>;

export interface Reported {
  current: CurrentDocuments;
  operator: Dac7Operator;
  /** Whoever is reportable now. */
  sellers: ReadonlyMap<string, SellerContent>;
  /** What ids begin with. */
  idPrefix: string;
}

/** At most two; none: nothing has changed. */
export function planMessages({ current, operator, sellers, idPrefix }: Reported): PlannedMessage[] {
  const draft = (
    type: Dac7Document['type'],
    { creator, content }: Pick<ReportedDocument, 'creator' | 'content'>,
    corrects: string | null = null,
  ): ReportedDocument => ({ type, id: `${idPrefix}_${randomUUID()}`, creator, content, corrects });
  const added: ReportedDocument[] = [];
  const corrected: ReportedDocument[] = [];
  for (const [creator, content] of sellers) {
    const before = current.get(creator);
    if (!before) added.push(draft('OECD1', { creator, content }));
    else if (!isSame(before.content, content)) corrected.push(draft('OECD2', { creator, content }, before.id));
  }
  for (const document of current.values()) {
    const { creator, id } = document;
    if (creator !== null && !sellers.has(creator)) corrected.push(draft('OECD3', document, id));
  }
  const house = { creator: null, content: { operator } };
  const before = current.get(null);
  if (!before) return [{ type: added.length > 0 ? 'DPI401' : 'DPI403', house: draft('OECD1', house), sellers: added }];
  const repeated: ReportedDocument = { ...before, type: 'OECD0', corrects: null };
  const isHouseSame = isSame(before.content, house.content);
  return [
    ...(added.length > 0 ? [{ type: 'DPI401' as const, house: repeated, sellers: added }] : []),
    ...(corrected.length > 0 || !isHouseSame
      ? [
          {
            type: 'DPI402' as const,
            house: isHouseSame ? repeated : draft('OECD2', house, before.id),
            sellers: corrected,
          },
        ]
      : []),
  ];
}

export function isSame(left: ReportedDocument['content'], right: ReportedDocument['content']): boolean {
  return isDeepStrictEqual(left, right);
}
