/**
 * The charter of the house: its versions, and who has accepted them. Asked before a creator goes live; without a
 * version in force nothing is required. Called by the gateway; knows no media.
 */
import { type Clock, iso, isoIn } from '../../platform/clock.ts';
import type { Database } from '../../platform/db/db.ts';
import { RecentMap } from '../../platform/recent-map.ts';
import { Remembered } from '../../platform/remembered.ts';
import type { Language } from '../../protocol/accounts/people.ts';
import { AppError } from '../../protocol/errors.ts';
import type { RoomId } from '../../protocol/ids.ts';
import * as LIMITS from '../../protocol/limits.ts';
import type {
  Acceptance,
  Article,
  ArticleChange,
  CharterDraft,
  CharterReview,
  CharterVersion,
  PublishedVersion,
  ShownArticle,
} from '../../protocol/trust/charter.ts';
import type { Rooms } from '../../rooms/rooms.ts';
import { CharterStore, DRAFT_CHANGED, type PublishedRow } from './charter.store.ts';
import { articleChanges } from './charter-changes.ts';
import { charterHash } from './charter-hash.ts';

/** Comparisons of two versions that are kept: they never change, and a rewritten article takes long to compare. */
const COMPARISONS_KEPT = 200;
/** How late a page may notice that a version has come into force. Going live never is. */
const REMEMBERED_MS = 5_000;

interface Compared {
  /** Or what else tells it from other articles. */
  version: number | string;
  articles: readonly Article[];
}
/** What a creator knows who has accepted no version. */
const NOTHING: Compared = { version: 0, articles: [] };

export class Charter {
  readonly #store: CharterStore;
  readonly #rooms: Pick<Rooms, 'creatorOf' | 'getRoom'>;
  readonly #clock: Clock;
  readonly #compared = new RecentMap<string, ArticleChange[]>(COMPARISONS_KEPT);
  readonly #hasOne: Remembered<'footer', boolean>;

  constructor({ db, rooms, clock }: { db: Database; rooms: Pick<Rooms, 'creatorOf' | 'getRoom'>; clock: Clock }) {
    this.#store = new CharterStore(db);
    this.#rooms = rooms;
    this.#clock = clock;
    this.#hasOne = new Remembered({ clock, forMs: REMEMBERED_MS, max: 1 });
  }

  /** In one language. Throws `charter_not_found` if no version is in force. */
  async get(language: Language) {
    const found = await this.#store.findInForce(isoIn(this.#clock));
    if (!found) throw new AppError('charter_not_found', 'No charter is in force here.');
    const { version, hash, effectiveFrom, articles } = found;
    return { version, hash, effectiveFrom: iso(effectiveFrom), articles: inLanguage(articles, language) };
  }

  /** Whether to link the charter; remembered for some seconds, so that pages and prices cost no query each. */
  isInForce(): Promise<boolean> {
    return this.#hasOne.find('footer', async () => (await this.#store.findInForce(isoIn(this.#clock))) !== undefined);
  }

  /** All but drafts, newest first. */
  async list(): Promise<PublishedVersion[]> {
    const rows = await this.#store.list();
    return rows.map((row) => this.#publishedOf(row, rows));
  }

  async getVersion(version: number): Promise<CharterVersion> {
    const [found, rows] = await Promise.all([this.#store.find(version), this.#store.list()]);
    if (!found) throw new AppError('charter_not_found');
    return { ...this.#publishedOf(found, rows), articles: found.articles };
  }

  async compare(from: number, to: number, language: Language): Promise<ArticleChange[]> {
    const [before, after] = await Promise.all([this.getVersion(from), this.getVersion(to)]);
    return this.#compare(before, after, language);
  }

  /** The article of the version in force. */
  async findArticle(id: string): Promise<{ version: number; article: string } | undefined> {
    const found = await this.#store.findInForce(isoIn(this.#clock));
    return found?.articles.some((article) => article.id === id) ? { version: found.version, article: id } : undefined;
  }

  /** For a proposal: what would change of the version that was in force at a time. */
  async compareWithInForce(articles: Article[], at: string, language: Language): Promise<ArticleChange[]> {
    const found = await this.#store.findInForce(at);
    return this.#compare(found ?? NOTHING, { version: charterHash(0, articles), articles }, language);
  }

  /** Finds the latest version, announced, in force or superseded, that has these very articles. */
  async readVersions(): Promise<(articles: Article[]) => number | null> {
    const rows = await this.#store.list();
    return (articles) => rows.find(({ version, hash }) => charterHash(version, articles) === hash)?.version ?? null;
  }

  async findDraft(): Promise<CharterDraft | null> {
    const draft = await this.#store.findDraft();
    if (!draft) return null;
    const { version, hash, articles, changedAt } = draft;
    return { version, hash, articles, changedAt: iso(changedAt) };
  }

  /** `basedOn`: the hash of the draft that the writer has read, which another may have changed (`charter_changed`). */
  async saveDraft(articles: Article[], by: string, basedOn: string | null = null): Promise<CharterDraft | null> {
    const draft = { articles, changedAt: isoIn(this.#clock), changedBy: by };
    await this.#store.saveDraft(draft, basedOn, (version) => charterHash(version, articles));
    return this.findDraft();
  }

  /** Throws `charter_changed` if the draft is not the one with this hash; nothing happens if there is none. */
  async deleteDraft(hash: string): Promise<void> {
    if (!(await this.#store.deleteDraft(hash)) && (await this.#store.findDraft()))
      throw new AppError('charter_changed', DRAFT_CHANGED);
  }

  /** The draft with this hash is final from now on, and in force from its date. */
  async announce({ hash, effectiveFrom }: { hash: string; effectiveFrom?: string | undefined }, by: string) {
    const nowMs = this.#clock.now();
    const startMs = effectiveFrom === undefined ? nowMs : Date.parse(effectiveFrom);
    if (startMs < nowMs) throw new AppError('time_in_past');
    const announced = { announcedAt: iso(nowMs), announcedBy: by, effectiveFrom: iso(startMs) };
    const row = await this.#store.announce(hash, announced);
    if (!row) throw new AppError('charter_changed', 'There is no draft with this hash.');
    this.#hasOne.forget('footer');
    return this.getVersion(row.version);
  }

  /** Announces a first version at once, unless there is any. */
  async seed(articles: Article[], by: string): Promise<void> {
    if ((await this.#store.list()).length > 0 || (await this.#store.findDraft())) return;
    const draft = await this.saveDraft(articles, by);
    if (draft) await this.announce(draft, by);
  }

  /** Idempotent: the first acceptance of a version stays. An announced version can be accepted before its date. */
  async accept(
    of: { identity: string; version: number; language: Language },
    through: { via: Acceptance['via']; apiKey?: string | undefined },
  ): Promise<Acceptance> {
    const found = await this.getVersion(of.version);
    if (found.state === 'superseded') throw new AppError('charter_changed');
    const row = { ...of, hash: found.hash, acceptedAt: isoIn(this.#clock), via: through.via };
    return this.#store.insertAcceptance({ ...row, apiKey: through.apiKey ?? null });
  }

  listAcceptances(identity: string): Promise<Acceptance[]> {
    return this.#store.listAcceptances(identity);
  }

  /** The version in force for a creator to read, compared with the latest one that they accepted. */
  async review(identity: string, language: Language): Promise<CharterReview> {
    const [current, accepted] = await Promise.all([
      this.#store.findInForce(isoIn(this.#clock)),
      this.#store.listAcceptances(identity),
    ]);
    if (!current) return { charter: null };
    const { version, hash, effectiveFrom } = current;
    const known = accepted.find((each) => each.version <= version);
    const before = known && (await this.#store.find(known.version));
    const articles = this.#compare(before ?? NOTHING, current, language);
    return {
      charter: {
        version,
        hash,
        effectiveFrom: iso(effectiveFrom),
        acceptedVersion: known?.version ?? null,
        articles,
      },
    };
  }

  /**
   * Throws `charter_acceptance_required` unless the creator of the room has accepted the version in force. A live that
   * was on when the version came into force may be continued without, for `LIMITS.charterGraceMs`: in another session
   * or page, or restored after the house lost it.
   */
  async assertMayGoLive(room: RoomId, { isRestored = false } = {}): Promise<void> {
    const creator = await this.#rooms.creatorOf(room);
    const standing = await this.#store.findStanding(creator, isoIn(this.#clock));
    if (!standing || standing.accepted) return;
    const sinceMs = Date.parse(standing.effectiveFrom);
    if (this.#clock.now() < sinceMs + LIMITS.charterGraceMs) {
      const { liveStartedAt } = await this.#rooms.getRoom(room);
      if (isRestored || (liveStartedAt !== null && Date.parse(liveStartedAt) < sinceMs)) return;
    }
    throw new AppError('charter_acceptance_required');
  }

  #compare(before: Compared, after: Compared, language: Language): ArticleChange[] {
    const key = `${before.version} ${after.version} ${language}`;
    const known = this.#compared.get(key);
    if (known) return known;
    const changes = articleChanges(before.articles, after.articles, language);
    this.#compared.set(key, changes);
    return changes;
  }

  #publishedOf(row: Omit<PublishedRow, 'articles'>, all: readonly Omit<PublishedRow, 'articles'>[]): PublishedVersion {
    const { version, hash, announcedAt, effectiveFrom } = row;
    const nowMs = this.#clock.now();
    const hasBegun = (each: { effectiveFrom: string }) => Date.parse(each.effectiveFrom) <= nowMs;
    const isPassed = all.some((other) => other.version > version && hasBegun(other));
    const state = isPassed ? 'superseded' : hasBegun(row) ? 'in_force' : 'announced';
    return { version, hash, state, announcedAt: iso(announcedAt), effectiveFrom: iso(effectiveFrom) };
  }
}

function inLanguage(articles: readonly Article[], language: Language): ShownArticle[] {
  return articles.map(({ id, title, text }) => ({ id, title: title[language], text: text[language] }));
}
