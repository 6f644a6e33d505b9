/** Base of the account's parts: plain controls, and messages without a library. */
import type { TemplateResult } from 'lit';
import { css, html } from 'lit';
import { LogeError } from '../../../client-sdk/src/errors.ts';
import type { Profile } from '../../protocol/accounts/people.ts';
import { PagePart } from '../site/page-part.ts';

export abstract class AccountPart<Data = undefined> extends PagePart<Data> {
  static override styles = [
    ...PagePart.styles,
    css`
      section > :is(p + p, p + [aria-live] + p) {
        margin-top: var(--_space-8);
      }
    `,
  ];

  protected get accountTexts() {
    return this.words.accounts.account;
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
