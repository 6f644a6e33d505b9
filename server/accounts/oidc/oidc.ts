/**
 * Signing in at the house's OpenID provider, for people with a seat in the house: operators, reviewers and members of
 * the committee. A subject of the provider is bound to a person once; only bound subjects are let in, and no account is
 * made. Called by the gateway, which owns the cookies and rate limits.
 */
import { type Clock, iso, isoIn, isoOrNull, MINUTE_MS } from '../../platform/clock.ts';
import type { Database, Orm } from '../../platform/db/db.ts';
import type { Log } from '../../platform/log.ts';
import type { OidcBinding, OwnOidc } from '../../protocol/accounts/oidc.ts';
import { AppError } from '../../protocol/errors.ts';
import { createId, type OidcBindingId } from '../../protocol/ids.ts';
import * as LIMITS from '../../protocol/limits.ts';
import { GIFT_PATHS, type InvitationGift, type Operators } from '../operators/operators.ts';
import { PeopleStore } from '../people/people.store.ts';
import type { PersonSessions } from '../people/person-sessions.ts';
import type { SessionProof } from '../people/session-strength.ts';
import type { StrongSignIns } from '../people/strong-sign-ins.ts';
import type { Roles } from '../roles/roles.ts';
import { type OidcBindingRow, type OidcRequestRow, OidcStore } from './oidc.store.ts';
import { OidcClient, type OidcSettings } from './oidc-client.ts';

export const OIDC_ANSWER_PATH = '/sign-in/oidc';
/** How far the provider's clock may lag behind ours. */
const CLOCK_LAG_MS = 30_000;

interface OidcOptions {
  db: Database;
  clock: Clock;
  log: Log;
  sessions: PersonSessions;
  strongSignIns: StrongSignIns;
  roles: Pick<Roles, 'hasSeat' | 'wake'>;
  operators: Pick<Operators, 'find' | 'use'>;
  /** The configured address: the way back never follows a request's Host header. */
  publicUrl: string;
  /** Absent: the house has no provider. */
  settings: OidcSettings | undefined;
}

interface SignedIn {
  person: string;
  session: SessionProof;
}

/** A browser: a random value in its cookie, and who is signed in there. */
interface Browser {
  browser: string;
  signedIn: SignedIn | undefined;
}

interface Start extends Browser {
  purpose: OidcRequestRow['purpose'];
  returnTo: string;
  /** The token of an invitation to be an operator or a member. */
  invitation?: string | undefined;
}

interface Finished {
  returnTo: string;
  /** Of the session that was opened, or of the one that goes on; absent if the person declined. */
  secret?: string;
  isNewSession?: boolean;
}

export class Oidc {
  readonly #store: OidcStore;
  readonly #people: PeopleStore;
  readonly #options: OidcOptions;
  readonly #client: OidcClient | undefined;

  constructor(options: OidcOptions) {
    this.#store = new OidcStore(options.db);
    this.#people = new PeopleStore(options.db);
    this.#options = options;
    const { settings, clock, log, publicUrl } = options;
    const redirectUri = publicUrl + OIDC_ANSWER_PATH;
    this.#client = settings && new OidcClient({ settings, redirectUri, clock, log });
  }

  /** The host of the house's provider; null if it has none. */
  get provider(): string | null {
    const { settings } = this.#options;
    return settings ? hostOf(settings.issuer) : null;
  }

  /** Answers the address at the provider to send the browser to. */
  async begin({ browser, purpose, returnTo, invitation, signedIn }: Start): Promise<string> {
    const client = this.#configured();
    if (purpose !== 'sign-in' && !signedIn) throw new AppError('token_missing');
    const invited = purpose === 'enrol' && signedIn ? await this.#assertMayEnrol(signedIn, invitation) : null;
    const { url, ...checks } = await client.begin(purpose === 'sign-in' ? LIMITS.strongHours * 3_600 : 0);
    await this.#store.insertRequest({
      ...{ ...checks, browser, purpose, returnPath: returnTo, invitation: invited },
      person: signedIn?.person ?? null,
      session: signedIn?.session.id ?? null,
      createdAt: isoIn(this.#options.clock),
      expiresAt: isoIn(this.#options.clock, LIMITS.oidcMinutes * MINUTE_MS),
    });
    return url;
  }

  /** Uses up the request that the query answers. */
  async finish({ query, device, ...at }: Browser & { query: URLSearchParams; device: string }): Promise<Finished> {
    const client = this.#configured();
    const state = query.get('state') ?? '';
    const request = await this.#store.takeRequest({ state, browser: at.browser }, isoIn(this.#options.clock));
    if (!request) throw new AppError('oidc_answer_invalid');
    const answer = await client.readAnswer(query, request);
    const { returnPath: returnTo, purpose } = request;
    if (answer === 'declined') {
      return { returnTo: purpose === 'sign-in' ? `/sign-in?to=${encodeURIComponent(returnTo)}` : returnTo };
    }
    const { signedInAtMs, ...subject } = answer;
    if (purpose === 'sign-in') {
      return { returnTo, isNewSession: true, secret: await this.#signIn(subject, signedInAtMs, device) };
    }
    const { signedIn } = at;
    if (!signedIn || signedIn.session.id !== request.session) throw new AppError('oidc_answer_invalid');
    if (signedInAtMs === undefined || signedInAtMs < Date.parse(request.createdAt) - CLOCK_LAG_MS) {
      throw new AppError('oidc_stale');
    }
    const proof = { signedIn, subject, provedAtMs: Math.min(signedInAtMs, this.#nowMs()) };
    if (purpose === 'confirm') return { returnTo, secret: await this.#confirm(proof) };
    const { secret, gave } = await this.#enrol(proof, request.invitation);
    return { returnTo: gave ? GIFT_PATHS[gave] : returnTo, secret };
  }

  async own(person: string): Promise<OwnOidc> {
    const [rows, hasSeat] = await Promise.all([this.#store.list(person), this.#options.roles.hasSeat(person)]);
    return { provider: hasSeat ? this.provider : null, bindings: rows.map(toWire) };
  }

  async list(person: string): Promise<OidcBinding[]> {
    return (await this.#store.list(person)).map(toWire);
  }

  /** Idempotent. The last one of an operator stays, unless they have a passkey. */
  async remove(person: string, id: string): Promise<void> {
    const { strongSignIns } = this.#options;
    const contact = await strongSignIns.contactOf(person);
    await this.#options.db.transaction(async (tx) => {
      await this.#people.lock(tx, person);
      const row = await this.#store.delete(tx, person, id);
      if (!row) return;
      await strongSignIns.assertEnough(tx, person);
      const name = hostOf(row.issuer);
      await strongSignIns.report(tx, contact, { id, name, template: 'oidc-binding', what: 'removed' });
    });
    strongSignIns.wake();
  }

  async prune(): Promise<void> {
    await this.#store.deleteExpired(isoIn(this.#options.clock));
  }

  /** A provider that does not say when it asked has proved nothing fresh: such a session confirms nothing. */
  async #signIn(of: Subject, signedInAtMs: number | undefined, device: string): Promise<string> {
    const { id, person } = await this.#findSeated(of);
    const provedAtMs = Math.min(signedInAtMs ?? this.#nowMs() - LIMITS.confirmedMinutes * MINUTE_MS, this.#nowMs());
    return this.#options.db.transaction(async (tx) => {
      // An erasure that runs meanwhile waits, and ends this session too.
      await this.#people.lock(tx, person);
      if (!(await this.#store.noteUse(tx, id, isoIn(this.#options.clock)))) throw new AppError('oidc_unknown');
      return this.#options.sessions.open({ person, device, method: 'oidc', provedAtMs }, tx);
    });
  }

  /** Nobody confirms for another person. */
  async #confirm({ signedIn: { person, session }, subject, provedAtMs }: FreshProof): Promise<string> {
    const binding = await this.#findSeated(subject);
    if (binding.person !== person) throw new AppError('oidc_unknown');
    return this.#options.db.transaction(async (tx) => {
      if (!(await this.#store.noteUse(tx, binding.id, isoIn(this.#options.clock)))) throw new AppError('oidc_unknown');
      return this.#confirmSession(session, provedAtMs, tx);
    });
  }

  /** Binds the subject and confirms the session; with an invitation it uses that up and gives what it is for. */
  async #enrol(
    { signedIn, subject, provedAtMs }: FreshProof,
    invitation: string | null,
  ): Promise<{ secret: string; gave: InvitationGift | undefined }> {
    const { person, session } = signedIn;
    const { strongSignIns, roles, operators } = this.#options;
    const contact = await strongSignIns.contactOf(person);
    const id = createId('oidcBinding');
    const enrolled = await this.#options.db.transaction(async (tx) => {
      await this.#people.lock(tx, person);
      await strongSignIns.assertMayAdd(signedIn, tx);
      const gave = invitation === null ? undefined : await operators.use(tx, invitation, person);
      if (!gave && !(await roles.hasSeat(person, tx))) throw new AppError('forbidden');
      const row = { ...subject, id, person, createdAt: isoIn(this.#options.clock), lastUsedAt: null };
      if (!(await this.#store.insert(tx, row))) throw new AppError('oidc_taken');
      const name = hostOf(subject.issuer);
      await strongSignIns.report(tx, contact, { id, name, template: 'oidc-binding', what: 'added' });
      return { secret: await this.#confirmSession(session, provedAtMs, tx), gave };
    });
    strongSignIns.wake();
    roles.wake();
    return enrolled;
  }

  async #confirmSession({ id }: SessionProof, provedAtMs: number, tx: Orm): Promise<string> {
    const secret = await this.#options.sessions.confirm(id, { method: 'oidc', provedAtMs }, tx);
    if (secret === undefined) throw new AppError('oidc_answer_invalid');
    return secret;
  }

  /** The digest of the invitation, if there is one. */
  async #assertMayEnrol(signedIn: SignedIn, invitation: string | undefined): Promise<string | null> {
    const { operators, roles, strongSignIns } = this.#options;
    const { person } = signedIn;
    const digest = invitation === undefined ? null : await operators.find(invitation, person);
    if (digest === null && !(await roles.hasSeat(person))) {
      throw new AppError('forbidden', 'This is for operators, reviewers and members of the committee.');
    }
    await strongSignIns.assertMayAdd(signedIn);
    return digest;
  }

  /** The binding of a subject whose person has a seat in the house now. */
  async #findSeated(subject: Subject): Promise<OidcBindingRow> {
    const binding = await this.#store.find(subject);
    if (!binding || !(await this.#options.roles.hasSeat(binding.person))) throw new AppError('oidc_unknown');
    return binding;
  }

  #configured(): OidcClient {
    if (!this.#client) throw new AppError('not_found');
    return this.#client;
  }

  #nowMs(): number {
    return this.#options.clock.now();
  }
}

type Subject = Pick<OidcBindingRow, 'issuer' | 'subject'>;

/** Of a person whom the provider has asked since this house sent them there. */
interface FreshProof {
  signedIn: SignedIn;
  subject: Subject;
  provedAtMs: number;
}

function hostOf(issuer: string): string {
  return new URL(issuer).host;
}

function toWire({ id, issuer, createdAt, lastUsedAt }: OidcBindingRow): OidcBinding {
  return {
    id: id as OidcBindingId,
    provider: hostOf(issuer),
    createdAt: iso(createdAt),
    lastUsedAt: isoOrNull(lastUsedAt),
  };
}
