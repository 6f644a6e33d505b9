/**
 * Signing in at the house's OpenID provider: the operation that answers where to go, and the address to which the
 * provider sends the browser back.
 */
import { randomBytes } from 'node:crypto';
import type { Express } from 'express';
import { OIDC_ANSWER_PATH } from '../../../accounts/oidc/oidc.ts';
import { deviceName } from '../../../accounts/people/device-name.ts';
import { AppError } from '../../../protocol/errors.ts';
import * as LIMITS from '../../../protocol/limits.ts';
import { oidcSignInContract } from '../../../protocol/operations/site.ts';
import type { HttpContext } from '../../context.ts';
import { noStore } from '../../http/security.ts';
import { type HttpOperation, implement } from '../../operations/operation.ts';
import type { SignInParts } from './sign-in-operations.ts';
import { SignedCookie } from './signed-cookie.ts';

const BROWSER_BYTES = 16;

export class OidcSignIn {
  readonly #context: HttpContext;
  readonly #parts: SignInParts;
  readonly #asked: SignedCookie;

  constructor(context: HttpContext, parts: SignInParts) {
    this.#context = context;
    this.#parts = parts;
    // Binds the answer to the browser that asked. Lax: the provider's page sends the browser back.
    this.#asked = new SignedCookie({
      config: context.config,
      name: 'loge_oidc',
      purpose: 'loge oidc request v1',
      sameSite: 'lax',
      ttlMs: LIMITS.oidcMinutes * 60_000,
    });
  }

  get operations(): HttpOperation[] {
    const { people } = this.#context;
    const operations = implement(oidcSignInContract, {
      siteOidcStart: async (_domains, { caller, session, input, response }) => {
        const browser = randomBytes(BROWSER_BYTES).toString('base64url');
        const signedIn = session && caller ? { person: caller.identity, session } : undefined;
        const url = await people.oidc.begin({ ...input, browser, signedIn });
        this.#asked.write(response, browser);
        return { url };
      },
    });
    return operations as HttpOperation[];
  }

  mountAnswer(app: Express): void {
    const { config, people } = this.#context;
    const { sessions, desk, limits } = this.#parts;
    app.get(OIDC_ANSWER_PATH, noStore, async (request, response) => {
      await limits.consume('signIn', { address: request.ip });
      const [browser] = this.#asked.read(request);
      this.#asked.clear(response);
      if (browser === undefined) throw new AppError(people.oidc.provider ? 'oidc_answer_invalid' : 'not_found');
      const visit = await sessions.find(request);
      const { returnTo, secret, isNewSession } = await people.oidc.finish({
        browser,
        query: new URL(request.originalUrl, config.publicUrl).searchParams,
        device: deviceName(request.get('user-agent')),
        signedIn: visit ? { person: visit.person.identity, session: visit.session } : undefined,
      });
      if (secret !== undefined && isNewSession) {
        desk.forget(response);
        await sessions.replace(response, secret);
      } else if (secret !== undefined) sessions.write(response, secret);
      response.redirect(303, returnTo);
    });
  }
}
