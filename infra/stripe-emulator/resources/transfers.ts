/** `/v1/transfers` and their reversals: between the platform and its connected accounts. */
import type Stripe from 'stripe';
import { invalidParameter, invalidRequest, noSuch, notEmulated } from '../api/errors.ts';
import { mergeMetadata } from '../api/metadata.ts';
import type { Operation } from '../api/operation.ts';
import { paginate } from '../api/pagination.ts';
import { type Route, route } from '../api/route.ts';
import { createTransfer, reverseTransfer } from '../connect/transfers.ts';
import { parseCurrency } from '../payments/money.ts';
import { accountOf } from './accounts.ts';

export const transferRoutes: readonly Route[] = [
  route<Stripe.TransferCreateParams>('POST', '/v1/transfers', 'TransferCreateParams', create),
  route<Stripe.TransferListParams>(
    'GET',
    '/v1/transfers',
    'TransferListParams',
    ({ tx }, { destination, transfer_group: transferGroup, ...page }) => {
      const newestFirst = tx.newestFirst('transfers', { transfer_group: transferGroup, destination });
      return paginate({ url: '/v1/transfers', noun: 'transfer', newestFirst }, page);
    },
  ),
  route('GET', '/v1/transfers/:id', 'TransferRetrieveParams', (operation, _parameters, id) =>
    transferOf(operation, id),
  ),
  route<Stripe.TransferCreateReversalParams>(
    'POST',
    '/v1/transfers/:id/reversals',
    'TransferCreateReversalParams',
    (operation, { amount, description, metadata }, id) => {
      const transfer = transferOf(operation, id);
      return reverseTransfer(operation, transfer, {
        amountMinor: amount ?? transfer.amount - transfer.amount_reversed,
        description: description ?? null,
        metadata: mergeMetadata(null, metadata),
      });
    },
  ),
  route<Stripe.TransferListReversalsParams>(
    'GET',
    '/v1/transfers/:id/reversals',
    'TransferListReversalsParams',
    (operation, page, id) => {
      const newestFirst = operation.tx.newestFirst('transfer_reversals', { transfer: transferOf(operation, id).id });
      return paginate({ url: `/v1/transfers/${id}/reversals`, noun: 'transfer reversal', newestFirst }, page);
    },
  ),
];

function create(operation: Operation, parameters: Stripe.TransferCreateParams): Stripe.Transfer {
  const { amount: amountMinor } = parameters;
  const currency = parseCurrency(parameters.currency);
  const destination = accountOf(operation, parameters.destination, 'destination');
  if (destination.default_currency !== currency) throw notEmulated('A transfer into another currency', 'currency');
  if (amountMinor === undefined) {
    throw invalidParameter({ code: 'parameter_missing', param: 'amount', message: 'Missing required param: amount.' });
  }
  if (amountMinor < 1) {
    const message = 'This value must be greater than or equal to 1.';
    throw invalidRequest({ code: 'parameter_invalid_integer', param: 'amount', message });
  }
  return createTransfer(operation, {
    amountMinor,
    currency,
    destination,
    description: parameters.description ?? null,
    metadata: mergeMetadata(null, parameters.metadata),
    transferGroup: parameters.transfer_group ?? null,
  });
}

function transferOf(operation: Operation, id: string): Readonly<Stripe.Transfer> {
  const transfer = operation.tx.get('transfers', id);
  if (transfer === undefined) throw noSuch('transfer', id);
  return transfer;
}
