/** Base of the account's parts: plain controls, and messages without a library. */
import type { TemplateResult } from 'lit';
import { css, html, nothing } from 'lit';
import { plainControlStyles } from '../../../client-sdk/elements/controls/plain-controls.ts';
import { LogeError } from '../../../client-sdk/src/errors.ts';
import type { Profile } from '../../protocol/accounts/people.ts';
import { SitePart } from '../site/site-part.ts';
import { formStyles } from '../styles/form-styles.ts';

export abstract class AccountPart extends SitePart {
  static override styles = [
    ...SitePart.styles,
    plainControlStyles,
    formStyles,
    css`
      section > :is(p + p, p + [aria-live] + p) {
        margin-top: 0.6rem;
      }
    `,
  ];

  protected get accountTexts() {
    return this.words.accounts.account;
  }

  protected override messages(): TemplateResult {
    return html`<div aria-live="polite">
      ${this.note ? html`<div class="callout" data-testid="note">${this.note}</div>` : nothing}
      ${this.problem ? html`<div class="callout danger" role="alert" data-testid="problem">${this.problem}</div>` : nothing}
      ${this.lost ? html`<div class="callout danger" role="alert" data-testid="lost">${this.whatIsLost()}</div>` : nothing}
    </div>`;
  }

  /** For a limit that does not say when it ends. */
  protected get limitText(): string {
    return this.accountTexts.tooOften;
  }

  protected override wordsFor(error: unknown): string {
    const isEndless = error instanceof LogeError && error.code === 'rate_limited' && error.retryAfterMs === undefined;
    return isEndless ? this.limitText : super.wordsFor(error);
  }

  protected submit(label: string, testId: string): TemplateResult {
    return html`<button class="button" type="submit" data-testid=${testId} ?disabled=${this.busy !== ''}>${label}</button>`;
  }

  protected announce(profile: Profile): void {
    this.emit('profile-changed', profile);
  }
}

export function fieldsOf({ target }: Event): (name: string) => string {
  const data = new FormData(target as HTMLFormElement);
  return (name) => String(data.get(name) ?? '').trim();
}
