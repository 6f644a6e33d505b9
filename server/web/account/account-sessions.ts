/** `<account-sessions>`: where one is signed in, with a way to end each, or all. */
import { defineElement } from '../../../client-sdk/elements/room/room-part.ts';
import type { PersonSession } from '../../protocol/accounts/people.ts';
import { leaveFor } from '../site/leave-page.ts';
import { call } from '../site/site-call.ts';
import { AccountPart } from './account-part.ts';

export class AccountSessions extends AccountPart<PersonSession[]> {
  protected override read = async () => (await call('GET /v1/me/sessions')).sessions;

  protected override show(sessions: PersonSession[]): unknown {
    const texts = this.accountTexts;
    const nameOf = ({ device }: PersonSession) => device || texts.unknownDevice;
    const list = this.list({
      items: sessions,
      testId: 'sessions',
      row: (session) => ({
        title: nameOf(session),
        state: session.isCurrent ? { look: 'good', text: texts.thisDevice } : undefined,
        lines: [`${texts.lastUsed(this.moment(session.lastUsedAt))} · ${texts.since(this.moment(session.createdAt))}`],
      }),
      acts: [
        {
          label: texts.signOutThere,
          name: (session) => texts.signOutOf(nameOf(session)),
          isFor: ({ isCurrent }) => !isCurrent,
          run: ({ id }) => call('DELETE /v1/me/sessions/:session', { session: id }),
          done: () => texts.signedOutThere,
        },
      ],
    });
    const everywhere = this.acts(undefined, [
      {
        label: texts.everywhere,
        testId: () => 'sign-out-everywhere',
        run: async () => {
          await call('DELETE /v1/me/sessions');
          // Clears this browser's cookie.
          await call('POST /site/sign-out');
          await leaveFor('/');
        },
      },
    ]);
    return this.section('sessions', { title: texts.sessions, text: texts.sessionsText }, [list, everywhere]);
  }
}

defineElement('account-sessions', AccountSessions);
