/**
 * `<account-operator>`: accepting an invitation to be an operator or a member of the committee, with a passkey or at
 * the house's OpenID provider.
 */
import { html } from 'lit';
import { defineElement } from '../../../client-sdk/elements/room/room-part.ts';
import { leaveFor } from '../site/leave-page.ts';
import { call } from '../site/site-call.ts';
import { AccountPart } from './account-part.ts';

interface Invited {
  /** What the link says that it gives; the server decides. */
  as: 'operator' | 'seat';
  token: string;
  /** Its host; null if the house has none. */
  provider: string | null;
  /** Whether they hold what excludes it. */
  isExcluded: boolean;
}

export class AccountOperator extends AccountPart<Invited> {
  protected override get forbiddenText(): string {
    return this.words.accounts.seat.excluded;
  }

  protected override show({ as, token, provider, isExcluded }: Invited): unknown {
    const { operator: texts, seat, oidc } = this.words.accounts;
    const isSeat = as === 'seat';
    const excluded = html`<div class="callout danger" role="alert" data-testid="invitation-excluded"><span>${seat.excluded}</span></div>`;
    const acts = this.acts(undefined, [
      {
        label: provider || isSeat ? texts.withPasskey : texts.accept,
        testId: () => 'operator-accept',
        look: 'filled',
        run: async () => {
          const { gave } = await call('POST /v1/me/operator', { token });
          await leaveFor(gave === 'seat' ? '/seat' : '/desk');
        },
      },
      {
        label: oidc.continueWith(provider ?? ''),
        testId: () => 'operator-provider',
        look: 'filled',
        isFor: () => provider !== null,
        run: async () => {
          const start = { invitation: token, returnTo: `/account?${as}=${token}` };
          await leaveFor((await call('POST /site/oidc', { ...start, purpose: 'enrol' })).url);
        },
      },
    ]);
    return this.section(
      'operator',
      isSeat ? seat : { title: texts.title, text: provider ? texts.textWith(provider) : texts.text },
      isExcluded ? excluded : acts,
    );
  }
}

defineElement('account-operator', AccountOperator);
