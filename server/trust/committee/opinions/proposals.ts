/**
 * Proposals of the committee to the charter: opinions that bring all articles as they would be. Everybody reads one and
 * comments on it for a set time before the committee votes; the management answers as it answers every opinion, and can
 * take the text over as the draft of the next version, which it announces as any other. Called by the gateway.
 */
import { isDeepStrictEqual } from 'node:util';
import { type Clock, iso, isoIn } from '../../../platform/clock.ts';
import type { Database } from '../../../platform/db/db.ts';
import type { Language } from '../../../protocol/accounts/people.ts';
import { AppError } from '../../../protocol/errors.ts';
import { createId, type Id } from '../../../protocol/ids.ts';
import * as LIMITS from '../../../protocol/limits.ts';
import type { Article, ArticleChange, CharterDraft } from '../../../protocol/trust/charter.ts';
import type { Proposal, ProposalView } from '../../../protocol/trust/opinions.ts';
import type { Committee } from '../committee.ts';
import { isAdopted, stateOf, textOf } from './opinion-views.ts';
import { type OpinionRow, OpinionsStore, type OpinionTextRow } from './opinions.store.ts';

export interface ProposalsOptions {
  db: Database;
  clock: Clock;
  committee: Pick<Committee, 'assertSits' | 'namesOf'>;
  charter: {
    /** Compared with the articles that were in force at a time. */
    compareWithInForce(articles: Article[], at: string, language: Language): Promise<ArticleChange[]>;
    /** Finds the number of an announced version with the same articles. */
    readVersions(): Promise<(articles: Article[]) => number | null>;
    /** Throws `charter_changed` where there is another draft. */
    saveDraft(articles: Article[], by: string): Promise<CharterDraft | null>;
  };
}

interface Known {
  comments: ReadonlyMap<string, number>;
  versionOf: (articles: Article[]) => number | null;
}

/** A proposal whose comment period has begun. */
type PublicRow = OpinionRow & Record<'commentsFrom' | 'commentsUntil', string> & { commentVersion: number };

export class Proposals {
  readonly #options: ProposalsOptions;
  readonly #store: OpinionsStore;

  constructor(options: ProposalsOptions) {
    this.#options = options;
    this.#store = new OpinionsStore(options.db);
  }

  async list(): Promise<Proposal[]> {
    const rows = (await this.#store.listCommented(LIMITS.listPageItems)).filter(isPublic);
    const texts = await this.#store.listTexts(rows.map(({ id }) => id));
    const known = await this.#know(rows);
    return rows.map((row) => this.#toProposal(row, publicTextOf(row, texts), known));
  }

  async isAnyPublic(): Promise<boolean> {
    return (await this.#store.listCommented(1)).length > 0;
  }

  /** A comment that members have hidden counts. */
  hasCommented(person: string, id: string): Promise<boolean> {
    return this.#store.hasComment(id, person);
  }

  /** Throws `not_found` for one that is not public. */
  async view(id: string, language: Language): Promise<ProposalView> {
    const row = await this.#getPublic(id);
    const texts = await this.#store.listTexts([id]);
    const [text, commented] = [publicTextOf(row, texts), commentedTextOf(row, texts)];
    const compare = ({ articles }: OpinionTextRow) =>
      this.#options.charter.compareWithInForce(articles ?? [], row.commentsFrom, language);
    const comments = await this.#store.listComments(id, LIMITS.proposalComments);
    const shown = comments.filter(({ hiddenAt, text: words }) => hiddenAt === null && words !== null);
    const names = await this.#options.committee.namesOf(shown.map(({ by }) => by));
    return {
      ...this.#toProposal(row, text, await this.#know([row])),
      text: text.text,
      articles: await compare(text),
      commented: isSame(text, commented) ? null : { text: commented.text, articles: await compare(commented) },
      comments: shown.map((comment) => ({
        ...{ id: comment.id as Id<'proposalComment'>, name: names.get(comment.by) ?? '' },
        ...{ text: comment.text ?? '', at: comment.at },
      })),
      hiddenCount: comments.filter(({ hiddenAt }) => hiddenAt !== null).length,
    };
  }

  /** Once by each person, while the period goes on; a repeated call keeps the first one. */
  async comment(person: string, id: string, text: string): Promise<void> {
    const row = await this.#getPublic(id);
    if (!this.#isOpen(row)) throw new AppError('already_decided', 'The time for comments is over.');
    const at = isoIn(this.#options.clock);
    await this.#store.insertComment({ id: createId('proposalComment'), opinion: id, by: person, text, at });
  }

  /** By a member, with a reason that stays on record: the management hides none. */
  async hideComment(member: string, comment: string, reason: string): Promise<void> {
    await this.#options.committee.assertSits(member);
    const hiding = { hiddenAt: isoIn(this.#options.clock), hiddenBy: member, hideReason: reason };
    if (!(await this.#store.hideComment(comment, hiding)))
      throw new AppError('not_found', 'There is no such comment, or it is hidden.');
  }

  /** Makes the adopted text the draft of the next version of the charter. */
  async takeOver(id: string, by: string): Promise<CharterDraft | null> {
    const row = await this.#store.find(id);
    const text = row && isAdopted(row) ? textOf(row, { texts: await this.#store.listTexts([id]) }) : undefined;
    if (!text?.articles) throw new AppError('not_found', 'There is no such proposal.');
    return this.#options.charter.saveDraft(text.articles, by);
  }

  async #getPublic(id: string): Promise<PublicRow> {
    const row = await this.#store.find(id);
    if (!row || !isPublic(row)) throw new AppError('not_found', 'There is no such proposal.');
    return row;
  }

  async #know(rows: PublicRow[]): Promise<Known> {
    const [comments, versionOf] = await Promise.all([
      this.#store.countComments(rows.map(({ id }) => id)),
      this.#options.charter.readVersions(),
    ]);
    return { comments, versionOf };
  }

  #toProposal(row: PublicRow, { title, articles }: OpinionTextRow, { comments, versionOf }: Known): Proposal {
    const { id, number, commentsFrom, commentsUntil } = row;
    return {
      ...{ id: id as Id<'opinion'>, number, title, state: stateOf(row), commentsFrom, commentsUntil },
      isOpen: this.#isOpen(row),
      commentCount: comments.get(id) ?? 0,
      adoptedAt: isAdopted(row) ? row.endedAt : null,
      charterVersion: versionOf(articles ?? []),
    };
  }

  #isOpen({ commentsUntil, outcome }: PublicRow): boolean {
    return outcome === null && iso(this.#options.clock.now()) < commentsUntil;
  }
}

function isPublic(row: OpinionRow): row is PublicRow {
  return row.commentVersion !== null;
}

/** What was commented on; once it was adopted, what was adopted. */
function publicTextOf(row: PublicRow, texts: readonly OpinionTextRow[]): OpinionTextRow {
  return isAdopted(row) ? textOf(row, { texts }) : commentedTextOf(row, texts);
}

function commentedTextOf(row: PublicRow, texts: readonly OpinionTextRow[]): OpinionTextRow {
  const found = texts.find(({ opinion, version }) => opinion === row.id && version === row.commentVersion);
  if (!found) throw new Error(`${row.id} has no text.`);
  return found;
}

function isSame(one: OpinionTextRow, other: OpinionTextRow): boolean {
  return isDeepStrictEqual([one.text, one.articles], [other.text, other.articles]);
}
