/**
 * The page behind a link of a letter, and its one button. Mail scanners open every link, so opening the page changes
 * nothing. A link that was used says what became of it, so that a double click or a reload never looks like a failure.
 */
import { randomBytes } from 'node:crypto';
import type { Express, Request, Response } from 'express';
import type { Config } from '../../../config.ts';
import { DAY_MS } from '../../../platform/clock.ts';
import { html, type Markup } from '../../../platform/html.ts';
import type { Language } from '../../../protocol/accounts/people.ts';
import { page } from '../../http/html-pages.ts';
import { noStore } from '../../http/security.ts';
import { assertOwnPage } from '../../origins.ts';
import type { HttpLimitClass, HttpLimits } from '../../rate-limits.ts';
import { pageLanguage } from '../page-language.ts';
import { SignedCookie } from '../sign-in/signed-cookie.ts';

const BROWSER_BYTES = 16;
/** How long a page may stay open before its button is pressed. */
const COOKIE_MS = DAY_MS;

export interface LinkVisit {
  token: string;
  /** From the page's cookie: the same for the page, its button and a repeat of that. */
  browser: string | undefined;
  language: Language;
  request: Request;
  response: Response;
}

export interface LinkPage {
  title: string;
  text: string | Markup;
  /** The label of the button, while it does something. */
  button?: string | undefined;
  after?: Markup;
  status?: number;
}

interface LetterLink {
  /** The token follows. */
  path: string;
  limit: HttpLimitClass;
  /** Whether the button counts from this page alone. */
  isOwnPageOnly?: boolean;
  /** What the link does, or what became of it. */
  show(visit: LinkVisit): Promise<LinkPage>;
  /** Undefined once there is nothing left to do: then the page says what became of the link. A string: where to go. */
  press(visit: LinkVisit): Promise<LinkPage | string | undefined>;
}

export class LetterLinks {
  readonly #app: Express;
  readonly #config: Config;
  readonly #limits: HttpLimits;
  readonly #browsers: SignedCookie;

  constructor(app: Express, { config, limits }: { config: Config; limits: HttpLimits }) {
    this.#app = app;
    this.#config = config;
    this.#limits = limits;
    // Lax: a mail program opens the page again, and finds the browser that it was in before.
    const sameSite = 'lax';
    const purpose = 'loge letter link v1';
    this.#browsers = new SignedCookie({ config, name: 'loge_letter', purpose, sameSite, ttlMs: COOKIE_MS });
  }

  mount({ path, limit, isOwnPageOnly = false, show, press }: LetterLink): void {
    this.#app.get(`${path}/:token`, noStore, async (request, response) => {
      const visit = await this.#enter(limit, request, response);
      const shown = await show(visit);
      if (shown.button !== undefined && visit.browser === undefined) {
        this.#browsers.write(response, randomBytes(BROWSER_BYTES).toString('base64url'));
      }
      send(visit, shown);
    });
    this.#app.post(`${path}/:token`, noStore, async (request, response) => {
      const visit = await this.#enter(limit, request, response);
      if (isOwnPageOnly) assertOwnPage(this.#config, request);
      const pressed = (await press(visit)) ?? (await show(visit));
      if (typeof pressed === 'string') response.redirect(303, pressed);
      else send(visit, pressed);
    });
  }

  async #enter(limit: HttpLimitClass, request: Request, response: Response): Promise<LinkVisit> {
    await this.#limits.consume(limit, { address: request.ip });
    const [browser] = this.#browsers.read(request);
    const language = pageLanguage(request, response);
    return { token: String(request.params.token), browser, language, request, response };
  }
}

function send({ response, language }: LinkVisit, { title, text, button, after, status = 200 }: LinkPage): void {
  const form = button !== undefined && html`<form method="post"><button>${button}</button></form>`;
  const paragraph = typeof text === 'string' ? html`<p>${text}</p>` : text;
  response
    .status(status)
    .type('html')
    .send(page(title, html`${paragraph}${form}${after}`, { language }));
}
