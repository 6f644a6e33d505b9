/** Web push, for people with an account of the house: which of their browsers get messages. */

import { pushDeviceInput, pushState } from '../../accounts/push.ts';
import { operation } from '../contract.ts';

const BY_PERSON = { by: ['person'] } as const;

export const pushContract = {
  getPush: operation({
    ...BY_PERSON,
    http: 'GET /v1/me/push',
    answer: pushState,
    summary: 'Which of your browsers get messages',
    description: 'With the key that a browser needs to subscribe. A browser that was signed out gets nothing more.',
  }),
  subscribeToPush: operation({
    ...BY_PERSON,
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
  }),
  unsubscribeFromPush: operation({
    ...BY_PERSON,
    http: 'DELETE /v1/me/push/:device',
    answer: pushState,
    summary: 'Send no more messages to a browser',
    description: 'A repeated call has no further effect.',
  }),
};
