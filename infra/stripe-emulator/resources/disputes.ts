/** `/v1/disputes`: opened by cards and by `open_dispute`, answered here. */
import type Stripe from 'stripe';
import { noSuch } from '../api/errors.ts';
import { mergeMetadata } from '../api/metadata.ts';
import type { Operation } from '../api/operation.ts';
import { paginate } from '../api/pagination.ts';
import { type Route, route } from '../api/route.ts';
import { endDispute, updateEvidence } from '../payments/disputes.ts';

export const disputeRoutes: readonly Route[] = [
  route<Stripe.DisputeListParams>(
    'GET',
    '/v1/disputes',
    'DisputeListParams',
    ({ tx }, { charge, payment_intent: paymentIntent, ...page }) => {
      const newestFirst = tx.newestFirst('disputes', { charge, payment_intent: paymentIntent });
      return paginate({ url: '/v1/disputes', noun: 'dispute', newestFirst }, page);
    },
  ),
  route('GET', '/v1/disputes/:id', 'DisputeRetrieveParams', (operation, _parameters, id) => disputeOf(operation, id)),
  route<Stripe.DisputeUpdateParams>(
    'POST',
    '/v1/disputes/:id',
    'DisputeUpdateParams',
    (operation, { evidence, metadata, submit }, id) => {
      const dispute = disputeOf(operation, id);
      return updateEvidence(operation, dispute, {
        evidence,
        isSubmitted: submit ?? evidence !== undefined,
        metadata: mergeMetadata(dispute.metadata, metadata),
      });
    },
  ),
  route('POST', '/v1/disputes/:id/close', 'DisputeCloseParams', (operation, _parameters, id) =>
    endDispute(operation, disputeOf(operation, id), 'lost'),
  ),
];

export function disputeOf(operation: Operation, id: string): Readonly<Stripe.Dispute> {
  const dispute = operation.tx.get('disputes', id);
  if (dispute === undefined) throw noSuch('dispute', id);
  return dispute;
}
