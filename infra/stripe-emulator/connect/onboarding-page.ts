/** `/c/onboarding/:token`: the page of an account link. It opens once; the app creates a link for each visit. */
import { NO_REQUEST, type World } from '../api/operation.ts';
import { noticePage } from '../checkout/document.ts';
import type { Page } from '../checkout/page.ts';
import { type Language, languageOf } from '../checkout/texts.ts';
import type { HttpAnswer, HttpRequest } from '../http/exchange.ts';
import { type FormObject, parseForm } from '../http/form.ts';
import { pageAnswer, redirectAnswer, textOf } from '../http/pages.ts';
import type { AccountLinkRecord } from '../store/records.ts';
import { submitOnboarding } from './accounts.ts';
import { readIban } from './iban.ts';
import { type OnboardingView, onboardingPage } from './onboarding-view.ts';
import { type OnboardingFault, onboardingTextsOf } from './texts.ts';

type Link = Readonly<AccountLinkRecord>;

/** How long a person may take to fill in the open form. */
const FORM_LIFETIME_SECONDS = 60 * 60;
const NAME_LENGTH_MAX = 200;

export class OnboardingPage implements Page {
  readonly #world: World;

  constructor(world: World) {
    this.#world = world;
  }

  handle(request: HttpRequest, token: string): HttpAnswer {
    const { store, clock } = this.#world;
    const link = store.get('account_links', token);
    const account = link && store.get('accounts', link.account);
    const language = languageOf(null, request.headers['accept-language']);
    if (link === undefined || account === undefined) {
      return pageAnswer(404, noticePage({ language, ...onboardingTextsOf(language).expired }));
    }
    const nowSeconds = clock.nowMs() / 1000;
    if (request.method === 'GET') {
      // Stripe redirects late and repeated visits to the app, which decides about another link.
      if (link.isOpened || link.expiresAt < nowSeconds) return redirectAnswer(link.refreshUrl);
      store.transact((transaction) => transaction.put('account_links', token, { ...link, isOpened: true }));
      return this.#formAnswer(200, link, language, { holderName: account.business_profile?.name ?? '' });
    }
    if (link.expiresAt + FORM_LIFETIME_SECONDS < nowSeconds) return redirectAnswer(link.refreshUrl);
    return this.#handleForm(parseForm(request.body), link, language);
  }

  #handleForm(form: FormObject, link: Link, language: Language): HttpAnswer {
    const holderName = textOf(form.accountHolderName).trim().slice(0, NAME_LENGTH_MAX);
    const iban = textOf(form.iban);
    const isAccepted = form.acceptTerms === 'on';
    const bank = readIban(iban);
    const faults: OnboardingFault[] = [];
    if (holderName === '') faults.push('holderName');
    if (bank === undefined) faults.push('iban');
    if (!isAccepted) faults.push('accept');
    if (bank === undefined || faults.length > 0) {
      return this.#formAnswer(422, link, language, { holderName, iban, isAccepted, faults });
    }
    this.#world.operate(NO_REQUEST, (operation) =>
      submitOnboarding(operation, operation.must('accounts', link.account), { holderName, bank }),
    );
    return redirectAnswer(link.returnUrl);
  }

  #formAnswer(status: number, link: Link, language: Language, extra: Partial<OnboardingView>): HttpAnswer {
    const { returnUrl, refreshUrl } = link;
    const view = {
      language,
      returnUrl,
      holderName: '',
      iban: '',
      isAccepted: false,
      faults: [],
    };
    return pageAnswer(status, onboardingPage({ ...view, ...extra }), [returnUrl, refreshUrl]);
  }
}
