/** The language of an element. */
import type { ReactiveController, ReactiveControllerHost } from 'lit';
import { type ElementTexts, elementTable, elementTexts } from './element-texts.ts';
import { findLanguage, type Language } from './find-language.ts';
import type { InLanguages } from './text-table.ts';

export { type Language, parseLanguage } from './find-language.ts';

const ERRORS = {
  en: () => import('./english/errors.ts'),
  fr: () => import('./french/errors.ts'),
} satisfies InLanguages<unknown>;
const withErrors = new Set<Language>();

/** The texts of errors are as long as all others together: until they are here, most errors keep the server's words. */
function loadErrors(language: Language): void {
  if (withErrors.has(language)) return;
  withErrors.add(language);
  ERRORS[language]().then(
    (loaded) => {
      elementTable.addIn(language, loaded);
      for (const controller of controllers) controller.renderAgain(language);
    },
    () => withErrors.delete(language),
  );
}

const controllers = new Set<LanguageController>();
let observer: MutationObserver | undefined;

/** Updates the language of all elements after a change of a `lang` attribute. */
function refreshLanguage(): void {
  for (const controller of controllers) controller.refresh();
}

/** Provides an element's language and texts, and renders it when the language changes. */
export class LanguageController implements ReactiveController {
  readonly #host: ReactiveControllerHost & Element;
  language: Language = 'en';

  constructor(host: ReactiveControllerHost & Element) {
    this.#host = host;
    host.addController(this);
  }

  get texts(): ElementTexts {
    return elementTexts(this.language);
  }

  hostConnected(): void {
    controllers.add(this);
    if (!observer) {
      observer = new MutationObserver(refreshLanguage);
      observer.observe(document.documentElement, { attributes: true, attributeFilter: ['lang'] });
    }
    this.refresh();
  }

  hostDisconnected(): void {
    controllers.delete(this);
  }

  /** Texts have come that the host may show already. */
  renderAgain(language: Language): void {
    if (this.language === language) this.#host.requestUpdate();
  }

  refresh(): void {
    const next = findLanguage(this.#host);
    loadErrors(next);
    if (next === this.language) return;
    this.language = next;
    this.#host.requestUpdate();
    // The host may render a new `lang` on library elements that contain other elements of ours.
    void this.#host.updateComplete.then(refreshLanguage);
  }
}
