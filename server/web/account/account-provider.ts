/** `<account-provider>`: the account at the house's OpenID provider, of operators, reviewers and members. */
import { defineElement } from '../../../client-sdk/elements/room/room-part.ts';
import type { OwnOidc } from '../../protocol/accounts/oidc.ts';
import { leaveFor } from '../site/leave-page.ts';
import { call } from '../site/site-call.ts';
import { AccountPart } from './account-part.ts';

export class AccountProvider extends AccountPart<OwnOidc> {
  protected override read = () => call('GET /v1/me/oidc');

  protected override isHidden = ({ provider, bindings }: OwnOidc) => provider === null && bindings.length === 0;

  protected override show({ provider, bindings }: OwnOidc): unknown {
    const { oidc: texts, passkeys } = this.words.accounts;
    const list = this.list({
      items: bindings,
      testId: 'oidc-bindings',
      row: ({ provider: host, createdAt, lastUsedAt }) => ({
        title: host,
        lines: [
          `${texts.added(this.moment(createdAt))} · ${lastUsedAt === null ? texts.neverUsed : passkeys.lastUsed(this.moment(lastUsedAt))}`,
        ],
      }),
      acts: [
        {
          label: passkeys.remove,
          name: ({ provider: host }) => passkeys.removeOf(host),
          testId: () => 'oidc-remove',
          run: ({ id }) => call('DELETE /v1/me/oidc/:binding', { binding: id }),
          done: () => texts.isRemoved,
        },
      ],
    });
    const add = this.acts(undefined, [
      {
        label: texts.continueWith(provider ?? ''),
        testId: () => 'oidc-add',
        isFor: () => provider !== null && !bindings.some((binding) => binding.provider === provider),
        run: async () => leaveFor((await call('POST /site/oidc', { purpose: 'enrol', returnTo: '/account' })).url),
      },
    ]);
    return this.section('provider', { title: texts.title, text: texts.text }, [list, add]);
  }
}

defineElement('account-provider', AccountProvider);
