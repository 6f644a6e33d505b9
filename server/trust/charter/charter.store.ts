import { iso } from '../../platform/clock.ts';
import { type Database, isUniqueViolation, type Orm } from '../../platform/db/db.ts';
import { and, desc, eq, isNotNull, isNull, lte, max, sql } from '../../platform/db/sql.ts';
import { AppError } from '../../protocol/errors.ts';
import type { Acceptance, Article } from '../../protocol/trust/charter.ts';
import { charterAcceptances, charterVersions } from './charter.schema.ts';

/** Versions that are listed; a house that changes its charter each week reaches it after two years. */
const VERSIONS_MAX = 100;

interface VersionRow {
  version: number;
  articles: Article[];
  hash: string;
  changedAt: string;
  announcedAt: string | null;
  effectiveFrom: string | null;
}
/** A version that is not a draft. */
export type PublishedRow = VersionRow & { announcedAt: string; effectiveFrom: string };

export const DRAFT_CHANGED = 'Somebody else has changed the draft meanwhile. Read it again.';

const isDraft = isNull(charterVersions.announcedAt);

export class CharterStore {
  readonly #db: Database;

  constructor(db: Database) {
    this.#db = db;
  }

  get #orm(): Orm {
    return this.#db.orm;
  }

  async findInForce(at: string): Promise<PublishedRow | undefined> {
    const [row] = await this.#orm
      .select()
      .from(charterVersions)
      .where(lte(charterVersions.effectiveFrom, at))
      .orderBy(desc(charterVersions.version))
      .limit(1);
    return row as PublishedRow | undefined;
  }

  /** The version in force, and whether this person has accepted it; undefined if none is in force. */
  async findStanding(identity: string, at: string) {
    const [row] = await this.#orm
      .select({
        version: charterVersions.version,
        effectiveFrom: charterVersions.effectiveFrom,
        accepted: isNotNull(charterAcceptances.identity).mapWith(Boolean),
      })
      .from(charterVersions)
      .leftJoin(
        charterAcceptances,
        and(eq(charterAcceptances.version, charterVersions.version), eq(charterAcceptances.identity, identity)),
      )
      .where(lte(charterVersions.effectiveFrom, at))
      .orderBy(desc(charterVersions.version))
      .limit(1);
    return row as { version: number; effectiveFrom: string; accepted: boolean } | undefined;
  }

  async find(version: number): Promise<PublishedRow | undefined> {
    const [row] = await this.#orm
      .select()
      .from(charterVersions)
      .where(and(eq(charterVersions.version, version), isNotNull(charterVersions.announcedAt)));
    return row as PublishedRow | undefined;
  }

  /** Newest first, without drafts. */
  async list(): Promise<Omit<PublishedRow, 'articles'>[]> {
    const { version, hash, changedAt, announcedAt, effectiveFrom } = charterVersions;
    const rows = await this.#orm
      .select({ version, hash, changedAt, announcedAt, effectiveFrom })
      .from(charterVersions)
      .where(isNotNull(announcedAt))
      .orderBy(desc(version))
      .limit(VERSIONS_MAX);
    return rows as Omit<PublishedRow, 'articles'>[];
  }

  async findDraft(): Promise<VersionRow | undefined> {
    const [row] = await this.#orm.select().from(charterVersions).where(isDraft);
    return row;
  }

  /**
   * Replaces the draft that has the hash `basedOn`, or with null begins one with the next number. Refuses one of two
   * concurrent first drafts. A repeated call changes nothing.
   */
  async saveDraft(
    draft: { articles: Article[]; changedAt: string; changedBy: string },
    basedOn: string | null,
    hashOf: (version: number) => string,
  ): Promise<void> {
    try {
      await this.#db.transaction(async (tx) => {
        const [known] = await tx
          .select({ version: charterVersions.version, hash: charterVersions.hash })
          .from(charterVersions)
          .where(isDraft)
          .for('update');
        const hash = known && hashOf(known.version);
        if (hash !== undefined && hash === known?.hash) return;
        if ((known?.hash ?? null) !== basedOn) throw new AppError('charter_changed', DRAFT_CHANGED);
        if (known) {
          await tx
            .update(charterVersions)
            .set({ ...draft, hash })
            .where(eq(charterVersions.version, known.version));
          return;
        }
        const [last] = await tx.select({ version: max(charterVersions.version) }).from(charterVersions);
        const version = (last?.version ?? 0) + 1;
        await tx.insert(charterVersions).values({ version, ...draft, hash: hashOf(version) });
      });
    } catch (error) {
      if (['charter_versions_pkey', 'charter_versions_draft'].some((key) => isUniqueViolation(error, key)))
        throw new AppError('charter_changed', DRAFT_CHANGED, { cause: error });
      throw error;
    }
  }

  /** False unless the draft has this hash. */
  async deleteDraft(hash: string): Promise<boolean> {
    const deleted = await this.#orm
      .delete(charterVersions)
      .where(and(isDraft, eq(charterVersions.hash, hash)))
      .returning({ version: charterVersions.version });
    return deleted.length > 0;
  }

  /** Undefined unless the draft still has this hash. */
  async announce(
    hash: string,
    announced: { announcedAt: string; announcedBy: string; effectiveFrom: string },
  ): Promise<PublishedRow | undefined> {
    const [row] = await this.#orm
      .update(charterVersions)
      .set(announced)
      .where(and(isDraft, eq(charterVersions.hash, hash)))
      .returning();
    return row as PublishedRow | undefined;
  }

  /** The first acceptance of a version stays. */
  async insertAcceptance(row: Acceptance & { apiKey: string | null }): Promise<Acceptance> {
    await this.#orm.insert(charterAcceptances).values(row).onConflictDoNothing();
    const [kept = row] = await this.#acceptancesWhere(row.identity, row.version);
    return kept;
  }

  listAcceptances(identity: string): Promise<Acceptance[]> {
    return this.#acceptancesWhere(identity);
  }

  async #acceptancesWhere(identity: string, version?: number): Promise<Acceptance[]> {
    const rows = await this.#orm
      .select()
      .from(charterAcceptances)
      .where(
        and(
          eq(charterAcceptances.identity, identity),
          version === undefined ? sql`true` : eq(charterAcceptances.version, version),
        ),
      )
      .orderBy(desc(charterAcceptances.version))
      .limit(VERSIONS_MAX);
    return rows.map(({ apiKey: _, acceptedAt, ...row }) => ({
      ...row,
      acceptedAt: iso(acceptedAt),
    }));
  }
}
