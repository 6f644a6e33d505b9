/** `/v1/events`: the events of the last thirty days, for receivers that missed a webhook. */
import type Stripe from 'stripe';
import { invalidParameter, noSuch } from '../api/errors.ts';
import { paginate } from '../api/pagination.ts';
import { accountRoute, type Route } from '../api/route.ts';
import type { Deliveries } from '../events/deliveries.ts';
import { matchesEventType } from '../events/disturbance.ts';

const TYPES_MAX = 20;

export function eventRoutes(deliveries: Deliveries): readonly Route[] {
  return [
    accountRoute<Stripe.EventListParams>('GET', '/v1/events', 'EventListParams', ({ tx }, parameters) => {
      const { type, types, delivery_success: isDelivered, ...page } = parameters;
      if (type !== undefined && types !== undefined) {
        throw invalidParameter({
          param: 'types',
          message: 'You may only specify one of these parameters: type, types.',
        });
      }
      if (types !== undefined && types.length > TYPES_MAX) {
        throw invalidParameter({ param: 'types', message: `You may specify at most ${TYPES_MAX} types.` });
      }
      const patterns = types ?? [type ?? '*'];
      return paginate(
        {
          url: '/v1/events',
          noun: 'event',
          newestFirst: tx.newestFirst('events'),
          matches: (event) =>
            patterns.some((pattern) => matchesEventType(pattern, event.type)) &&
            (isDelivered === undefined || isDelivered === (deliveries.pendingCountOf(event.id) === 0)),
        },
        page,
      );
    }),
    accountRoute('GET', '/v1/events/:id', 'EventRetrieveParams', ({ tx }, _parameters, id) => {
      const event = tx.get('events', id);
      if (event === undefined) throw noSuch('event', id);
      return event;
    }),
  ];
}
