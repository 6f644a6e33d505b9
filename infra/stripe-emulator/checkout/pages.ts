/**
 * The hosted pages, each under `/c/KIND/ID`. Finds the page and does what all of them share; contents and actions are
 * the page's own.
 */
import type { World } from '../api/operation.ts';
import { PortalPage } from '../billing/portal-page.ts';
import { OnboardingPage } from '../connect/onboarding-page.ts';
import type { HttpAnswer, HttpRequest } from '../http/exchange.ts';
import { assetAnswer, isFromHere, pageAnswer } from '../http/pages.ts';
import { ChallengePage } from './challenge-page.ts';
import { noticePage } from './document.ts';
import type { Page } from './page.ts';
import { PayPage } from './pay-page.ts';
import { languageOf, textsOf } from './texts.ts';

export class Pages {
  readonly #pages: Readonly<Record<string, Page>>;

  constructor(world: World) {
    this.#pages = {
      authenticate: new ChallengePage(world),
      onboarding: new OnboardingPage(world),
      pay: new PayPage(world),
      portal: new PortalPage(world),
    };
  }

  /** The answer; undefined if no page has this address. */
  handle(request: HttpRequest): HttpAnswer | undefined {
    const [, root, kind = '', id, ...rest] = request.path.split('/');
    if (root === 'assets' && id === undefined) return assetAnswer(kind);
    const page = root === 'c' && Object.hasOwn(this.#pages, kind) ? this.#pages[kind] : undefined;
    if (page === undefined || id === undefined || rest.length > 0) return undefined;
    if (request.method !== 'GET' && request.method !== 'POST') return undefined;
    if (request.method === 'POST' && !isFromHere(request)) {
      const language = languageOf(null, request.headers['accept-language']);
      return pageAnswer(403, noticePage({ language, ...textsOf(language).crossSite }));
    }
    return page.handle(request, id);
  }
}
