/**
 * The house's OpenID provider: authorization code flow with PKCE, over `openid-client`. Nothing is asked of the
 * provider before somebody signs in, so that a provider that is down stops nothing else of the house.
 */
import type { ClientAuth, Configuration } from 'openid-client';
import type { Clock } from '../../platform/clock.ts';
import type { Log } from '../../platform/log.ts';
import { AppError } from '../../protocol/errors.ts';

/** When it is first used: loading it would lengthen the start of every server. */
const load = () => import('openid-client');
/** Of one request to the provider. */
const TIMEOUT_SECONDS = 5;
/** How long the provider's metadata is used before it is read again, which also shows whether the provider answers. */
const METADATA_MS = 5 * 60_000;

export interface OidcSettings {
  issuer: string;
  clientId: string;
  clientSecret: string;
}

/** What binds an answer to its request. */
export interface OidcChecks {
  state: string;
  nonce: string;
  verifier: string;
}

interface OidcClientOptions {
  settings: OidcSettings;
  redirectUri: string;
  clock: Clock;
  log: Log;
}

/** `declined`: the person did not sign in there. `issuer` is written as in the ID token. */
export type OidcAnswer = { issuer: string; subject: string; signedInAtMs: number | undefined } | 'declined';

export class OidcClient {
  readonly #options: OidcClientOptions;
  #read: { configuration: Configuration; atMs: number } | undefined;
  #reading: Promise<Configuration> | undefined;

  constructor(options: OidcClientOptions) {
    this.#options = options;
  }

  /** Throws `oidc_unavailable`. With `maxAgeSeconds: 0` the provider asks the person again. */
  async begin(maxAgeSeconds: number): Promise<OidcChecks & { url: string }> {
    const client = await load();
    const configuration = await this.#configuration();
    const checks = {
      state: client.randomState(),
      nonce: client.randomNonce(),
      verifier: client.randomPKCECodeVerifier(),
    };
    const url = client.buildAuthorizationUrl(configuration, {
      redirect_uri: this.#options.redirectUri,
      scope: 'openid',
      state: checks.state,
      nonce: checks.nonce,
      code_challenge: await client.calculatePKCECodeChallenge(checks.verifier),
      code_challenge_method: 'S256',
      max_age: String(maxAgeSeconds),
      ...(maxAgeSeconds === 0 && { prompt: 'login' }),
    });
    return { ...checks, url: url.href };
  }

  /**
   * Verifies the query that a browser brings back, and the ID token for its code: `iss` (RFC 9207), `state`, signature,
   * issuer, audience, expiry and nonce. Throws `oidc_answer_invalid` or `oidc_unavailable`.
   */
  async readAnswer(query: URLSearchParams, { state, nonce, verifier }: OidcChecks): Promise<OidcAnswer> {
    const client = await load();
    const configuration = await this.#configuration();
    const { redirectUri, settings } = this.#options;
    try {
      const tokens = await client.authorizationCodeGrant(configuration, new URL(`?${query}`, redirectUri), {
        pkceCodeVerifier: verifier,
        expectedState: state,
        expectedNonce: nonce,
        idTokenExpected: true,
      });
      const { iss: issuer, sub: subject, aud, auth_time: signedInAt } = tokens.claims() ?? {};
      // The library accepts a list of audiences with ours among them.
      if (issuer === undefined || subject === undefined || [aud].flat().join(' ') !== settings.clientId) {
        throw new AppError('oidc_answer_invalid');
      }
      return { issuer, subject, signedInAtMs: typeof signedInAt === 'number' ? signedInAt * 1_000 : undefined };
    } catch (error) {
      if (error instanceof AppError) throw error;
      if (error instanceof client.AuthorizationResponseError && error.error === 'access_denied') return 'declined';
      const isAnswer =
        error instanceof client.AuthorizationResponseError ||
        (error instanceof client.ResponseBodyError && error.error === 'invalid_grant') ||
        (error instanceof client.ClientError && !UNANSWERED.has(error.code ?? ''));
      throw this.#failure(isAnswer ? 'oidc_answer_invalid' : 'oidc_unavailable', error);
    }
  }

  /** Concurrent callers share one read. A failed one is not kept. */
  async #configuration(): Promise<Configuration> {
    const { clock } = this.#options;
    if (this.#read && clock.now() - this.#read.atMs < METADATA_MS) return this.#read.configuration;
    this.#reading ??= this.#readMetadata().finally(() => {
      this.#reading = undefined;
    });
    const configuration = await this.#reading;
    this.#read = { configuration, atMs: clock.now() };
    return configuration;
  }

  async #readMetadata(): Promise<Configuration> {
    const client = await load();
    const { issuer, clientId, clientSecret } = this.#options.settings;
    const basic = client.ClientSecretBasic(clientSecret);
    const post = client.ClientSecretPost(clientSecret);
    const authenticate: ClientAuth = (provider, ...request) => {
      const methods = provider.token_endpoint_auth_methods_supported ?? ['client_secret_basic'];
      return (methods.includes('client_secret_basic') ? basic : post)(provider, ...request);
    };
    const execute = [client.enableNonRepudiationChecks];
    // The configuration allows it on this machine alone, in development.
    if (issuer.startsWith('http:')) execute.push(client.allowInsecureRequests);
    try {
      const options = { timeout: TIMEOUT_SECONDS, execute };
      return await client.discovery(new URL(issuer), clientId, undefined, authenticate, options);
    } catch (error) {
      throw this.#failure('oidc_unavailable', error);
    }
  }

  /** Logs what the library says of a failure. Its `cause` holds codes and tokens, and is left out. */
  #failure(code: 'oidc_answer_invalid' | 'oidc_unavailable', error: unknown): AppError {
    const { message, code: reason } = error instanceof Error ? (error as Error & { code?: string }) : { message: '' };
    this.#options.log.warn({ code, reason, error: message }, 'sign-in at the OpenID provider failed');
    return new AppError(code);
  }
}

/** Codes of the library for a provider that did not answer, or not as one. */
const UNANSWERED: ReadonlySet<string> = new Set([
  'OAUTH_TIMEOUT',
  'OAUTH_ABORT',
  'OAUTH_RESPONSE_IS_NOT_CONFORM',
  'OAUTH_RESPONSE_IS_NOT_JSON',
  'OAUTH_PARSE_ERROR',
]);
