/**
 * `<account-operator>`: accepting an invitation to be an operator, with a passkey or at the house's OpenID provider.
 */
import { defineElement } from '../../../client-sdk/elements/room/room-part.ts';
import { leaveFor } from '../site/leave-page.ts';
import { call } from '../site/site-call.ts';
import { AccountPart } from './account-part.ts';

/** `provider`: its host; null if the house has none. */
export class AccountOperator extends AccountPart<{ token: string; provider: string | null }> {
  protected override show({ token, provider }: { token: string; provider: string | null }): unknown {
    const { operator: texts, oidc } = this.words.accounts;
    const acts = this.acts(undefined, [
      {
        label: provider ? texts.withPasskey : texts.accept,
        testId: () => 'operator-accept',
        look: 'filled',
        run: async () => {
          await call('POST /v1/me/operator', { token });
          await leaveFor('/desk');
        },
      },
      {
        label: oidc.continueWith(provider ?? ''),
        testId: () => 'operator-provider',
        look: 'filled',
        isFor: () => provider !== null,
        run: async () => {
          const start = { invitation: token, returnTo: `/account?operator=${token}` };
          await leaveFor((await call('POST /site/oidc', { ...start, purpose: 'enrol' })).url);
        },
      },
    ]);
    return this.section(
      'operator',
      { title: texts.title, text: provider ? texts.textWith(provider) : texts.text },
      acts,
    );
  }
}

defineElement('account-operator', AccountOperator);
