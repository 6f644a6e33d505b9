/**
 * Base of a page's parts that load or change something: the site's texts, busy state, and errors shown in the part
 * itself without affecting the rest of the page.
 */
import type { TemplateResult } from 'lit';
import { css, html, nothing } from 'lit';
import { LogeError } from '../../../client-sdk/client/errors.ts';
import type { LogeConfirm, Question } from '../../../client-sdk/elements/controls/loge-confirm.ts';
import { plainControlStyles } from '../../../client-sdk/elements/controls/plain-controls.ts';
import { appealLink } from '../../../client-sdk/elements/room/lobby-face.ts';
import { LogeElement } from '../../../client-sdk/elements/room/room-part.ts';
import { formatMoney } from '../../../client-sdk/elements/texts/format.ts';
import { formStyles } from '../styles/form-styles.ts';
import { ledgerStyles } from '../styles/ledger-styles.ts';
import { pageStyles } from '../styles/site-styles.ts';
import { type SiteTexts, siteTexts } from '../texts/site-texts.ts';
import { DECISIONS_PATH } from './site-paths.ts';

export abstract class SitePart extends LogeElement {
  static override properties = {
    note: { state: true },
    lost: { state: true },
    isSuspended: { state: true },
  };
  /** What has just been done; announced to screen readers. */
  declare note: string;
  /** Why the part's data could not be loaded; empty: they could. */
  declare lost: string;
  /** Whether the last act was refused because the house has suspended the account. */
  declare isSuspended: boolean;
  /** How often the data were asked for. */
  #asked = 0;
  #confirm: LogeConfirm | undefined;

  static override styles = [
    plainControlStyles,
    pageStyles,
    ledgerStyles,
    formStyles,
    css`
      @media (min-width: 900px) {
        /* What begins a column begins level with its neighbour. */
        :host(:first-child) section:first-of-type {
          margin-top: 0;
        }
      }
    `,
  ];

  constructor() {
    super();
    this.note = '';
    this.lost = '';
    this.isSuspended = false;
  }

  protected get isLost(): boolean {
    return this.lost !== '';
  }

  protected get words(): SiteTexts {
    return siteTexts(this.language);
  }

  override connectedCallback(): void {
    super.connectedCallback();
    // An element that is defined after its use gets its properties with the first update.
    void this.updateComplete.then(() => this.reload());
  }

  /** Loads the part's data, if it is not given as properties. */
  protected async load(): Promise<void> {}

  async reload(): Promise<void> {
    this.#asked += 1;
    const asked = this.#asked;
    this.lost = '';
    try {
      await this.load();
    } catch (error) {
      // A later reload tells more.
      if (asked !== this.#asked) return;
      this.lost = this.wordsFor(error);
    }
  }

  protected override act(name: string, act: () => unknown): Promise<boolean> {
    if (!this.busy) this.note = '';
    return super.act(name, async () => {
      this.isSuspended = false;
      try {
        await act();
      } catch (error) {
        this.isSuspended = error instanceof LogeError && error.code === 'account_suspended';
        throw error;
      }
    });
  }

  protected money(amountMinor: number, currency: string): string {
    return formatMoney(amountMinor, currency, this.language);
  }

  protected get hasMessages(): boolean {
    return `${this.note}${this.problem}${this.lost}` !== '';
  }

  /** Asks before an act: the text of the question's field, empty without one; undefined if the answer is no. */
  protected async ask(question: Question): Promise<string | undefined> {
    await import('../../../client-sdk/elements/controls/loge-confirm.ts');
    this.#confirm ??= this.renderRoot.appendChild(document.createElement('loge-confirm') as LogeConfirm);
    return this.#confirm.ask(question);
  }

  /** Results and errors, in a live region. */
  protected messages(): TemplateResult {
    return html`<div class="messages" aria-live="polite">
      ${this.note ? html`<div class="callout" data-testid="note">${this.note}</div>` : nothing}
      ${this.problem ? html`<div class="callout danger" role="alert" data-testid="problem"><span>${this.problem}${this.isSuspended ? appealLink(DECISIONS_PATH, this.texts) : nothing}</span></div>` : nothing}
      ${this.lost ? html`<div class="callout danger" role="alert" data-testid="lost"><span>${this.whatIsLost()}</span></div>` : nothing}
    </div>`;
  }

  protected whatIsLost(): TemplateResult {
    return html`${this.lost} <button class="link" type="button" @click=${() => this.reload()}>${this.words.site.retry}</button>`;
  }
}
