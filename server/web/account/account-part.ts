/** Base of the account's parts: its texts, and what a limit without an end says. */
import { LogeError } from '../../../client-sdk/client/errors.ts';
import type { Profile } from '../../protocol/accounts/people.ts';
import { PagePart } from '../site/page-part.ts';

export abstract class AccountPart<Data = undefined> extends PagePart<Data> {
  protected get accountTexts() {
    return this.words.accounts.account;
  }

  /** For a limit that does not say when it ends. */
  protected get limitText(): string {
    return this.accountTexts.tooOften;
  }

  /** What `forbidden` means here; undefined where nothing more is known. */
  protected get forbiddenText(): string | undefined {
    return undefined;
  }

  protected override wordsFor(error: unknown): string {
    const { forbiddenText } = this;
    if (forbiddenText && error instanceof LogeError && error.code === 'forbidden') return forbiddenText;
    const isEndless = error instanceof LogeError && error.code === 'rate_limited' && error.retryAfterMs === undefined;
    return isEndless ? this.limitText : super.wordsFor(error);
  }

  protected announce(profile: Profile): void {
    this.emit('profile-changed', profile);
  }
}
