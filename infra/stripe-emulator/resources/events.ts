/** `/v1/events`: the events of the last thirty days, for receivers that missed a webhook. */
import type Stripe from 'stripe';
import { noSuch } from '../api/errors.ts';
import { paginate } from '../api/pagination.ts';
import { accountRoute, type Route } from '../api/route.ts';
import { matchesEventType } from '../events/disturbance.ts';

export const eventRoutes: readonly Route[] = [
  accountRoute<Stripe.EventListParams>('GET', '/v1/events', 'EventListParams', ({ tx }, { type = '*', ...page }) =>
    paginate(
      {
        url: '/v1/events',
        noun: 'event',
        newestFirst: tx.newestFirst('events'),
        matches: (event) => matchesEventType(type, event.type),
      },
      page,
    ),
  ),
  accountRoute('GET', '/v1/events/:id', 'EventRetrieveParams', ({ tx }, _parameters, id) => {
    const event = tx.get('events', id);
    if (event === undefined) throw noSuch('event', id);
    return event;
  }),
];
