/**
 * The message in an element whose code could not be loaded, with a button to try again. Plain DOM, because the loader
 * shows it too, before any library has arrived.
 */
import { loadFailure as en } from '../texts/english/load-failure.ts';
import { findLanguage } from '../texts/find-language.ts';
import { loadFailure as fr } from '../texts/french/load-failure.ts';

const TEXTS = { en, fr };

const STYLE = `
  p { margin: 0; }
  :host { display: grid !important; place-items: center; min-height: 4rem; }
  div { visibility: visible; display: grid; justify-items: center; gap: 0.75rem; padding: 1rem; text-align: center; text-wrap: balance;
    font: 1rem/1.4 var(--loge-font, system-ui, sans-serif);
    background: var(--loge-ground, #130d10); color: var(--loge-text, #f6eee6); border-radius: 9px; }
  button { min-height: 2.75rem; padding: 0 1.2rem; border: 0; border-radius: 9px; font: inherit; cursor: pointer;
    background: var(--loge-accent, #e6b566); color: var(--loge-on-accent, #1e1305); }
`;

/**
 * Shows the message in an element that is not defined yet. Remove it before defining the element, whose shadow root
 * this then is.
 *
 * After a second failure in a row it offers to reload the page: some browsers remember that a module failed, and after
 * an upgrade the server no longer has the files of the page's release.
 */
export function showLoadFailure(element: Element, options: { failures: number; retry: () => void }): void {
  const { failures, retry } = options;
  const texts = TEXTS[findLanguage(element)];
  const canRetry = failures < 2;
  const style = document.createElement('style');
  style.textContent = STYLE;
  const message = document.createElement('p');
  message.textContent = texts.failed;
  const button = document.createElement('button');
  button.type = 'button';
  button.dataset.testid = 'load-retry';
  button.textContent = canRetry ? texts.retry : texts.reload;
  button.addEventListener('click', () => (canRetry ? retry() : location.reload()));
  const box = document.createElement('div');
  box.setAttribute('role', 'alert');
  box.dataset.testid = 'load-failure';
  box.append(message, button);
  const root = element.shadowRoot ?? element.attachShadow({ mode: 'open' });
  root.replaceChildren(style, box);
}

export function removeLoadFailure(element: Element): void {
  element.shadowRoot?.replaceChildren();
}
