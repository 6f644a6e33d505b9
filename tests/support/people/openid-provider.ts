/**
 * A real OpenID provider on loopback (`oidc-provider`), where anybody signs in under any name, and a browser for its
 * pages. A test can have it sign other claims, answer late, or not at all.
 */
import { generateKeyPairSync, type KeyObject, sign } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type Context, Provider } from 'oidc-provider';

const CLIENT_SECRET = 'the_secret_of_a_house_at_its_provider';
const CLIENT_ID = 'loge';
/** Of the same provider, not of the house. */
const OTHER_CLIENT = { id: 'another-program', redirectUri: 'https://another.example/back' };
const KEY_ID = 'test';
/** In seconds. */
const HOUR = 3_600;

type Claims = Record<string, unknown>;

export class OpenIdProvider implements AsyncDisposable {
  readonly issuer: string;
  /** Changes the claims of the next ID tokens, which are signed again. */
  rewrite: ((claims: Claims) => Claims) | undefined;
  /** Signs them; a test may put another key here. */
  key: KeyObject;
  /** `down`: connections are closed; `slow`: requests are never answered. */
  state: 'up' | 'down' | 'slow' = 'up';
  /** Paths that were asked for. */
  readonly asked: string[] = [];
  readonly #server: Server;

  private constructor(server: Server, redirectUri: string) {
    this.#server = server;
    this.issuer = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    this.key = newKey();
    const provider = this.#createProvider(redirectUri);
    const handle = provider.callback();
    server.on('request', (request, response) => {
      this.asked.push(request.url ?? '');
      if (this.state === 'down') request.socket.destroy();
      if (this.state === 'up') handle(request, response);
    });
  }

  static async create(redirectUri: string): Promise<OpenIdProvider> {
    const server = createServer();
    await once(server.listen(0, '127.0.0.1'), 'listening');
    return new OpenIdProvider(server, redirectUri);
  }

  /** What the house sets to use it. */
  get env() {
    return {
      LOGE_OIDC_ISSUER: this.issuer,
      LOGE_OIDC_CLIENT_ID: CLIENT_ID,
      LOGE_OIDC_CLIENT_SECRET: CLIENT_SECRET,
    };
  }

  /** The same request as one of the provider's other client. */
  forOtherClient(url: string): string {
    const other = new URL(url);
    other.searchParams.set('client_id', OTHER_CLIENT.id);
    other.searchParams.set('redirect_uri', OTHER_CLIENT.redirectUri);
    return other.href;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#server.closeAllConnections();
    this.#server.close();
  }

  #createProvider(redirectUri: string): Provider {
    const client = { response_types: ['code'], id_token_signed_response_alg: 'ES256', client_secret: CLIENT_SECRET };
    const jwk = { ...this.key.export({ format: 'jwk' }), kid: KEY_ID, alg: 'ES256', use: 'sig' };
    const provider: Provider = new Provider(this.issuer, {
      clients: [
        { ...client, client_id: CLIENT_ID, redirect_uris: [redirectUri] },
        { ...client, client_id: OTHER_CLIENT.id, redirect_uris: [OTHER_CLIENT.redirectUri] },
      ],
      jwks: { keys: [jwk] },
      enabledJWA: { idTokenSigningAlgValues: ['ES256'] },
      cookies: { keys: ['a key of a test'] },
      ttl: { ...{ Interaction: HOUR, AccessToken: HOUR, IdToken: HOUR }, Grant: 24 * HOUR, Session: 24 * HOUR },
      findAccount: (_context: Context, id: string) => ({ accountId: id, claims: () => ({ sub: id }) }),
      // Nobody is asked for their consent.
      loadExistingGrant: async ({ oidc: { client, session } }: Context) => {
        const grant = new provider.Grant({ clientId: client.clientId, accountId: session.accountId });
        grant.addOIDCScope('openid');
        await grant.save();
        return grant;
      },
    });
    return provider.use(async (context, next) => {
      await next();
      const { id_token: token } = context.path === '/token' && context.status === 200 ? context.body : {};
      if (token !== undefined && this.rewrite) context.body.id_token = this.#sign(this.rewrite(claimsOf(token)));
    });
  }

  #sign(claims: Claims): string {
    const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');
    const signed = `${part({ alg: 'ES256', typ: 'JWT', kid: KEY_ID })}.${part(claims)}`;
    const signature = sign('sha256', Buffer.from(signed), { key: this.key, dsaEncoding: 'ieee-p1363' });
    return `${signed}.${signature.toString('base64url')}`;
  }
}

export function newKey(): KeyObject {
  return generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey;
}

function claimsOf(token: string): Claims {
  return JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString('utf8'));
}

/** A browser at the provider, which stays signed in there. */
export class ProviderBrowser {
  readonly #cookies = new Map<string, string>();
  /** How often its person was asked to sign in. */
  signIns = 0;

  /** Follows the provider's pages, signs in where it is asked to, and returns where the provider sends the browser. */
  async visit(url: string, login: string): Promise<URL> {
    const { origin } = new URL(url);
    let next: { url: URL; form?: URLSearchParams } = { url: new URL(url) };
    while (next.url.origin === origin) {
      const response = await this.#send(next.url, next.form);
      const location = response.headers.get('location');
      const text = await response.text();
      if (location !== null) next = { url: new URL(location, next.url) };
      else next = { url: new URL(actionOf(text), next.url), form: this.#fill(text, login) };
    }
    return next.url;
  }

  #fill(text: string, login: string): URLSearchParams {
    const hidden = [...text.matchAll(/name="(\w+)" value="([^"]*)"/g)].map(([, name = '', value = '']) => [
      name,
      value,
    ]);
    const form = new URLSearchParams([...hidden, ['login', login], ['password', 'any']]);
    if (form.get('prompt') === 'login') this.signIns += 1;
    return form;
  }

  async #send(url: URL, form?: URLSearchParams): Promise<Response> {
    const cookie = [...this.#cookies].map(([name, value]) => `${name}=${value}`).join('; ');
    const response = await fetch(url, {
      redirect: 'manual',
      headers: { cookie },
      ...(form && { method: 'POST', body: form }),
    });
    for (const text of response.headers.getSetCookie()) {
      const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(text) ?? [];
      if (value === '') this.#cookies.delete(name);
      else this.#cookies.set(name, value);
    }
    return response;
  }
}

function actionOf(text: string): string {
  const [, action] = /<form[^>]* action="([^"]+)"/.exec(text) ?? [];
  if (action === undefined) throw new Error(`The provider's page has no form: ${text.slice(0, 500)}`);
  return action;
}
