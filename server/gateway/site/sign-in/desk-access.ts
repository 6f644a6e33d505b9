/**
 * Operators' access to the desk: a one-time link that the embedder's server requests, a page with one button, and a
 * cookie with the session's id. The session is looked up at every request, so that revoking it takes effect at once.
 */
import type { Express, Request, Response } from 'express';
import { DESK_SESSION_TTL_MS, type DeskSessions } from '../../../accounts/desk-sessions.ts';
import type { Config } from '../../../config.ts';
import { html } from '../../../platform/html.ts';
import { AppError } from '../../../protocol/errors.ts';
import type { SitePerson } from '../../../protocol/site.ts';
import type { HttpContext } from '../../context.ts';
import { page } from '../../http/html-pages.ts';
import { noStore } from '../../http/security.ts';
import { assertOwnPage } from '../../origins.ts';
import type { HttpLimits } from '../../rate-limits.ts';
import { pageLanguage } from '../page-language.ts';
import { SignedCookie } from './signed-cookie.ts';

export const DESK_SIGN_IN_PATH = '/desk/sign-in';

export class DeskAccess {
  readonly #sessions: DeskSessions;
  readonly #cookie: SignedCookie;

  constructor({ config, sessions }: { config: Config; sessions: DeskSessions }) {
    this.#sessions = sessions;
    // Strict: the pages of the desk are static, and all their requests come from pages of this site.
    this.#cookie = new SignedCookie({
      config,
      name: 'loge_desk',
      purpose: 'loge desk session v1',
      sameSite: 'strict',
      ttlMs: DESK_SESSION_TTL_MS,
    });
  }

  isPresentedIn(request: Request): boolean {
    return this.#cookie.isPresentIn(request);
  }

  async authenticate(request: Request): Promise<SitePerson> {
    const [id] = this.#cookie.read(request);
    if (id === undefined) throw new AppError('token_invalid', 'This is no session of the desk.');
    const { operator, name } = await this.#sessions.authenticate(id);
    return { identity: operator, name, role: 'fan' };
  }

  /** The operator of the session, or null. */
  async find(request: Request): Promise<SitePerson | null> {
    if (!this.isPresentedIn(request)) return null;
    try {
      return await this.authenticate(request);
    } catch (error) {
      if (error instanceof AppError) return null;
      throw error;
    }
  }

  async open(response: Response, token: string): Promise<void> {
    const { id } = await this.#sessions.open(token);
    this.#cookie.write(response, id);
  }

  /** Revokes the session too, so that a copy of the cookie is useless. */
  async close(response: Response): Promise<void> {
    const [id] = this.#cookie.read(response.req);
    if (id !== undefined) await this.#sessions.revoke(id);
    this.forget(response);
  }

  forget(response: Response): void {
    if (this.isPresentedIn(response.req)) this.#cookie.clear(response);
  }
}

/** Mail programs open every link, so opening the page does not use the link up; pressing its button does. */
export function mountDeskSignIn(
  app: Express,
  { config, deskSessions: sessions }: HttpContext,
  { access, limits }: { access: DeskAccess; limits: HttpLimits },
): void {
  app.get(`${DESK_SIGN_IN_PATH}/:token`, noStore, async (request, response) => {
    await limits.consume('signIn', { address: request.ip });
    const { name } = await sessions.findInvited(String(request.params.token));
    const language = pageLanguage(request, response);
    const texts = SIGN_IN_TEXTS[language];
    const form = html`<form method="post"><button>${texts.open}</button></form>`;
    response.type('html').send(page(texts.title, html`<p>${texts.text(name)}</p>${form}`, { language }));
  });
  app.post(`${DESK_SIGN_IN_PATH}/:token`, noStore, async (request, response) => {
    await limits.consume('signIn', { address: request.ip });
    assertOwnPage(config, request);
    await access.open(response, String(request.params.token));
    response.redirect(303, '/desk');
  });
}

const SIGN_IN_TEXTS = {
  en: {
    title: 'The desk',
    text: (name: string) => `This link lets ${name} in, once.`,
    open: 'Open the desk',
  },
  fr: {
    title: 'Le bureau',
    text: (name: string) => `Ce lien ouvre le bureau à ${name}, une seule fois.`,
    open: 'Ouvrir le bureau',
  },
} as const;
