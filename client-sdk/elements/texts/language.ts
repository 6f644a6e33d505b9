/** The language and the texts of an element. */
import type { ReactiveController, ReactiveControllerHost } from 'lit';
import { type ElementTexts, english } from './english.ts';
import { findLanguage, type Language } from './find-language.ts';
import { french } from './french.ts';
import { withFrenchSpaces } from './french-spaces.ts';

export { type Language, parseLanguage } from './find-language.ts';

// Not complete until `addTexts()` was called by the parts that have texts of their own.
const TEXTS = { en: { ...english }, fr: withFrenchSpaces(french) } as Record<Language, ElementTexts>;

/** Adds texts of a part that is loaded later. */
export function addTexts(added: Readonly<Record<Language, Partial<ElementTexts>>>): void {
  Object.assign(TEXTS.en, added.en);
  Object.assign(TEXTS.fr, withFrenchSpaces(added.fr));
}

let hasFrenchErrors = false;

/** The French texts of errors are as long as all others together: until they are here, most errors are in English. */
function loadFrenchErrors(): void {
  if (hasFrenchErrors) return;
  hasFrenchErrors = true;
  import('./french-errors.ts').then(
    ({ frenchErrors: errors }) => {
      addTexts({ en: {}, fr: { errors } });
      for (const controller of controllers) controller.renderAgain();
    },
    () => {
      hasFrenchErrors = false;
    },
  );
}

export function elementTexts(language: Language): ElementTexts {
  return TEXTS[language];
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
  renderAgain(): void {
    if (this.language === 'fr') this.#host.requestUpdate();
  }

  refresh(): void {
    const next = findLanguage(this.#host);
    if (next === this.language) return;
    this.language = next;
    if (next === 'fr') loadFrenchErrors();
    this.#host.requestUpdate();
    // The host may render a new `lang` on library elements that contain other elements of ours.
    void this.#host.updateComplete.then(refreshLanguage);
  }
}
