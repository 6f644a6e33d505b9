/** Web push, for people with an account of the house: which of their browsers get messages. */

import { pushDeviceInput, pushState } from '../../../protocol/accounts/push.ts';
import { AppError } from '../../../protocol/errors.ts';
import { type HttpDomains, operation } from '../operation.ts';

const BY_PERSON = { by: ['person'] } as const;

async function stateOf({ push }: HttpDomains, identity: string, session: string | undefined) {
  return { publicKey: await push.publicKey(), devices: await push.list(identity, session) };
}

export const pushOperations = [
  operation({
    ...BY_PERSON,
    name: 'getPush',
    http: 'GET /v1/me/push',
    answer: pushState,
    summary: 'Which of your browsers get messages',
    description: 'With the key that a browser needs to subscribe. A browser that was signed out gets nothing more.',
    run: (domains, { caller, session }) => stateOf(domains, caller.identity, session?.id),
  }),
  operation({
    ...BY_PERSON,
    name: 'subscribeToPush',
    http: 'POST /v1/me/push',
    input: pushDeviceInput,
    example: {
      endpoint: 'https://push.example.net/v1/4f1c',
      keys: {
        p256dh: 'BNcRdreALRFXTkOOUHK1EtK2wtaz5Ry4YfYCA_0QTpQtUbVlUls0VJXg7A8u-Ts1XbjhazAkj7I99e8QcYP7DkM',
        auth: 'BTBZMqHH6r4Tts7J_aSIgg',
      },
    },
    answer: pushState,
    summary: 'Send messages to this browser',
    description:
      'What `PushSubscription.toJSON()` gives. Reminders of lives and changes of their dates are sent to it. A person keeps the newest ten.',
    errors: ['push_endpoint_not_allowed'],
    run: async (domains, { caller, session, input }) => {
      const sessions = await domains.people.sessions.list(caller.identity, session?.id);
      const current = sessions.find(({ isCurrent }) => isCurrent);
      if (!current) throw new AppError('forbidden', 'This browser is not signed in with an account.');
      await domains.push.subscribe({ person: caller.identity, session: current.id, device: current.device }, input);
      return stateOf(domains, caller.identity, session?.id);
    },
  }),
  operation({
    ...BY_PERSON,
    name: 'unsubscribeFromPush',
    http: 'DELETE /v1/me/push/:device',
    answer: pushState,
    summary: 'Send no more messages to a browser',
    description: 'A repeated call has no further effect.',
    run: async (domains, { caller, session, params: { device } }) => {
      await domains.push.unsubscribe(device, caller.identity);
      return stateOf(domains, caller.identity, session?.id);
    },
  }),
];
