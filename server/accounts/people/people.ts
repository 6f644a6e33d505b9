/**
 * People with an account of the house: profile, handle, becoming a creator; sign-in, passkeys and sessions are its
 * parts. Only the house makes their ids. Called by the gateway; knows nothing of rooms, money or cookies.
 */
import { type Clock, DAY_MS, HOUR_MS, iso, isoIn, isoOrNull } from '../../platform/clock.ts';
import type { Database } from '../../platform/db/db.ts';
import { PeriodicJob } from '../../platform/jobs/periodic-job.ts';
import type { Log } from '../../platform/log.ts';
import type { Outbox } from '../../platform/outbox/outbox.ts';
import type {
  BecomeCreatorInput,
  DeskPersonRow,
  Language,
  Profile,
  ProfileChange,
} from '../../protocol/accounts/people.ts';
import type { CreatorCard } from '../../protocol/accounts/profiles.ts';
import { AppError } from '../../protocol/errors.ts';
import * as LIMITS from '../../protocol/limits.ts';
import { pictureOf } from '../../protocol/pictures.ts';
import { Addresses } from '../addresses/addresses.ts';
import { Oidc } from '../oidc/oidc.ts';
import type { OidcSettings } from '../oidc/oidc-client.ts';
import { type Appoint, Operators } from '../operators/operators.ts';
import { Passkeys } from '../passkeys/passkeys.ts';
import type { Roles } from '../roles/roles.ts';
import { assertHandle, assertName, foldHandle } from './handles.ts';
import { isAddressQuery, parseAddress } from './mail-addresses.ts';
import { type CreatorRow, PeopleStore, type PersonRow } from './people.store.ts';
import { PersonSessions } from './person-sessions.ts';
import { SignIn, type SignInOptions } from './sign-in.ts';
import { StrongSignIns } from './strong-sign-ins.ts';

/** A handle that was given up stays unused for this long, so that old links do not lead to a stranger. */
const HANDLE_REST_MS = 90 * DAY_MS;
const PRUNE_MS = HOUR_MS;
/** Until a person has given a name. */
const NEW_NAMES: Record<Language, string> = { en: 'New member', fr: 'Nouveau membre' };

interface PeopleOptions {
  db: Database;
  clock: Clock;
  log: Log;
  mail: SignInOptions['mail'];
  publicUrl: string;
  outbox: Pick<Outbox, 'add' | 'wake'>;
  roles: Roles;
  /** Gives a seat of the committee. */
  appoint: Appoint;
  /** Whether an operator accepts each new creator. */
  creatorApproval: boolean;
  /** The browser shows it with a passkey. */
  houseName: string;
  /** The house's OpenID provider, if it has one. */
  oidc?: OidcSettings | undefined;
}

/** What accounts know of a profile. */
type PersonProfile = Omit<Profile, 'picture' | 'followers' | 'mail'>;

/** A person as others see them. */
interface PublicPerson {
  identity: string;
  name: string;
  role: 'creator' | 'fan';
}

export class People {
  readonly sessions: PersonSessions;
  readonly signIn: SignIn;
  readonly passkeys: Passkeys;
  readonly oidc: Oidc;
  readonly operators: Operators;
  readonly addresses: Addresses;
  readonly #db: Database;
  readonly #store: PeopleStore;
  readonly #clock: Clock;
  readonly #roles: Roles;
  readonly #creatorApproval: boolean;
  readonly #houseName: string;
  readonly #pruneJob: PeriodicJob;

  constructor(options: PeopleOptions) {
    const { db, outbox, clock, log, mail, publicUrl, houseName, roles, appoint, creatorApproval } = options;
    this.#db = db;
    this.#store = new PeopleStore(db);
    this.#clock = clock;
    this.#roles = roles;
    this.#creatorApproval = creatorApproval;
    this.#houseName = houseName;
    this.sessions = new PersonSessions({ db, outbox, clock });
    this.signIn = new SignIn({ db, clock, mail, publicUrl, sessions: this.sessions });
    this.operators = new Operators({ db, clock, roles, appoint, publicUrl });
    const { sessions, operators } = this;
    const strongSignIns = new StrongSignIns({ db, clock, mail, roles, publicUrl });
    this.passkeys = new Passkeys({ db, clock, publicUrl, houseName, sessions, strongSignIns });
    const settings = options.oidc;
    this.oidc = new Oidc({ db, clock, log, sessions, strongSignIns, roles, operators, publicUrl, settings });
    this.addresses = new Addresses({ db, clock, mail, publicUrl, sessions, strongSignIns });
    this.#pruneJob = new PeriodicJob({
      name: 'prune sign-ins',
      everyMs: PRUNE_MS,
      log,
      waitsForClock: clock,
      run: async () => {
        await this.signIn.prune();
        await this.passkeys.prune();
        await this.oidc.prune();
        await this.addresses.sweep();
        await this.sessions.prune();
        await this.#store.deleteRestedHandles(isoIn(clock, -HANDLE_REST_MS));
      },
    });
  }

  start(): void {
    this.#pruneJob.start();
  }

  close(): Promise<void> {
    return this.#pruneJob.close();
  }

  async find(id: string): Promise<PublicPerson | undefined> {
    const row = await this.#store.find(id);
    return row && { identity: row.id, name: row.name ?? NEW_NAMES[row.language], role: roleOf(row) };
  }

  /** Name and handle, as others see them; also of people who have not given a name yet. */
  async findCard(id: string): Promise<{ name: string; handle: string | null } | undefined> {
    const row = await this.#store.find(id);
    return row && { name: row.name ?? NEW_NAMES[row.language], handle: row.handle };
  }

  /** People whose handle begins so, or with this very address or id; oldest first. */
  async search(query: string): Promise<DeskPersonRow[]> {
    const text = query.trim().toLowerCase();
    const rows = await this.#store.search({
      id: query.trim(),
      address: isAddressQuery(text) ? parseAddress(text) : undefined,
      foldedStart: foldHandle(text.replace(/^@/, '')),
    });
    return rows.map(toDeskRow);
  }

  async findForDesk(id: string): Promise<DeskPersonRow | undefined> {
    const row = await this.#store.find(id);
    return row && toDeskRow(row);
  }

  addressesOf(id: string): Promise<string[]> {
    return this.#store.addressesOf(id);
  }

  async getProfile(id: string): Promise<PersonProfile> {
    const [row, addresses] = await Promise.all([this.#store.find(id), this.#store.addressesOf(id)]);
    if (!row) throw new AppError('not_found');
    const { name, handle, language, about } = row;
    return {
      id,
      name,
      handle,
      language,
      about,
      addresses,
      role: roleOf(row),
      isCreatorRequested: row.creatorRequestedAt !== null && row.creatorSince === null,
      createdAt: iso(row.createdAt),
    };
  }

  /** The creator with this handle, or with one that looks like it; also by an earlier handle while that rests. */
  findCreator(handle: string): Promise<CreatorRow | undefined> {
    return this.#store.findCreator(foldHandle(handle.toLowerCase()), isoIn(this.#clock, -HANDLE_REST_MS));
  }

  /** Of a creator of the house; null for others. */
  async findHandle(identity: string): Promise<string | null> {
    return (await this.#store.find(identity))?.handle ?? null;
  }

  /** In the given order, each once; those whom the house does not know, or who have no name, are left out. */
  async findCards(identities: readonly (string | null)[]): Promise<CreatorCard[]> {
    const wanted = [...new Set(identities.filter((identity) => identity !== null))];
    const rows = await this.#store.findCards(wanted);
    const cards = new Map(
      rows.map(({ hash, ...row }) => [row.identity, { ...row, picture: pictureOf('portrait', hash) }]),
    );
    return wanted.flatMap((identity) => cards.get(identity) ?? []);
  }

  /** Names of people of the house, by identity. */
  async findNames(identities: string[]): Promise<Map<string, string>> {
    const rows = await this.#store.findNames(identities);
    return new Map(rows.flatMap(({ id, name }) => (name === null ? [] : [[id, name] as const])));
  }

  /** Where letters to a person go; undefined for people whom only an embedder knows. */
  async addressOf(id: string): Promise<{ address: string; language: Language } | undefined> {
    return (await this.contactsOf([id])).get(id);
  }

  /** The same of many. */
  contactsOf(ids: string[]): Promise<Map<string, { address: string; language: Language }>> {
    return this.#store.contactsOf(ids);
  }

  async changeProfile(id: string, { handle, ...change }: Omit<ProfileChange, 'mail'>): Promise<PersonProfile> {
    if (handle) assertHandle(handle, this.#houseName);
    await this.#assertName(id, change.name);
    const at = isoIn(this.#clock);
    await this.#db.transaction(async (tx) => {
      await this.#store.update(tx, id, change);
      if (handle === undefined) return;
      await this.#store.lock(tx, id);
      await this.#store.freeHandle(tx, id, at);
      if (handle === null) return;
      const restedSince = isoIn(this.#clock, -HANDLE_REST_MS);
      const isTaken = await this.#store.takeHandle(tx, { folded: foldHandle(handle), handle, person: id, restedSince });
      if (!isTaken) throw new AppError('handle_unavailable');
      if ((await this.#store.countHandles(tx, id, restedSince)) > LIMITS.handlesKept)
        throw new AppError('rate_limited', 'You have changed your handle too often.');
    });
    return this.getProfile(id);
  }

  /** Those who work for the house may be called so. */
  async #assertName(id: string, name: string | undefined): Promise<void> {
    if (name !== undefined && !(await this.#roles.hasSeat(id))) assertName(name, this.#houseName);
  }

  /**
   * Records what they declared, and gives the role or, where the house wants it, asks an operator for it. Idempotent;
   * the first country stays.
   */
  async becomeCreator(id: string, { name, country }: BecomeCreatorInput): Promise<PersonProfile> {
    await this.#assertName(id, name);
    const at = isoIn(this.#clock);
    await this.#db.transaction(async (tx) => {
      await this.#store.insertCreator(tx, { identity: id, name, country }, at);
      await this.#store.update(tx, id, { name });
      const role = { person: id, role: 'creator', by: id } as const;
      await (this.#creatorApproval ? this.#roles.request(role, tx) : this.#roles.give(role, tx));
    });
    this.#roles.wake();
    return this.getProfile(id);
  }

  /** A person of the demo or of a test, with an id and a name that are given. Idempotent. */
  async seed({ id, name, address }: { id: string; name: string; address: string }): Promise<void> {
    const at = isoIn(this.#clock);
    await this.#db.transaction(async (tx) => {
      await this.#store.insert(tx, { id, name, language: 'fr', at });
      await this.#store.claimAddress(tx, { address, person: id, at });
    });
  }
}

function toDeskRow(row: PersonRow): DeskPersonRow {
  const { id, handle, language, createdAt, closedAt } = row;
  return {
    ...{ id, handle, role: roleOf(row), name: row.name ?? NEW_NAMES[language] },
    createdAt: iso(createdAt),
    closedAt: isoOrNull(closedAt),
  };
}

function roleOf({ creatorSince }: PersonRow): 'creator' | 'fan' {
  return creatorSince === null ? 'fan' : 'creator';
}
