/** A person's own money: credit, saved cards, payments, receipts and refunds. */
import { cardList, ownTicketList, refund, topupAnswer, topupInput, wallet } from '../../../protocol/money/money.ts';
import {
  billingName,
  receipt,
  walletHistory,
  walletHistoryQuery,
  withdrawalInput,
} from '../../../protocol/money/pricing.ts';
import { cardPaymentList, unspentRefundInput, unspentTopupList } from '../../../protocol/money/wallet.ts';
import { operation, socketOperation } from '../operation.ts';

/** The owner, with a room token or signed in on the site. */
const OWN = { by: ['participant', 'person'] } as const;

const creditOperations = [
  operation({
    ...OWN,
    name: 'getWallet',
    http: 'GET /v1/wallet',
    socket: 'money:wallet',
    servesSuspended: true,
    answer: wallet,
    summary: 'Get your wallet',
    run: ({ money }, { caller }) => money.wallets.get(caller.identity),
  }),
  operation({
    ...OWN,
    name: 'createTopup',
    http: 'POST /v1/wallet/topups',
    socket: 'money:topup',
    limit: 'money',
    input: topupInput,
    example: { amountMinor: 2_000, returnUrl: 'https://club.example/wallet' },
    answer: topupAnswer,
    status: 201,
    summary: 'Top up the wallet by card',
    description:
      'Redirect the person to `checkoutUrl`. The wallet is credited when the payment provider confirms the payment. With a saved `card` and an `idempotencyKey` it is charged at once (`status: "succeeded"`), unless the bank requires authentication (`"requires_action"`): redirect the person to `actionUrl`. The same key never charges twice.',
    errors: [
      'amount_invalid',
      'amount_too_small',
      'amount_too_large',
      'wallet_limit',
      'wallet_off',
      'card_not_found',
      'card_declined',
      'idempotency_conflict',
      'origin_not_allowed',
      'checkout_limit',
      'provider_unavailable',
    ],
    run: ({ money }, { caller: { identity, name }, input, locale }) =>
      money.topups.topUp({ identity, name, locale, ...input }),
  }),
  socketOperation({
    socket: 'money:confirmCheckout',
    from: 'lobby',
    limit: 'money',
    run: async ({ money }, { input: { checkoutSession } }) => {
      const { status } = await money.confirmCheckout(checkoutSession);
      return { status };
    },
  }),
  operation({
    ...OWN,
    name: 'listCards',
    http: 'GET /v1/wallet/cards',
    socket: 'money:cards',
    servesSuspended: true,
    answer: cardList,
    summary: 'List the saved cards',
    description: 'A card is saved on the payment page if the payer ticks the box there.',
    errors: ['provider_unavailable'],
    run: async ({ money }, { caller }) => ({ cards: await money.cards.list(caller.identity) }),
  }),
  operation({
    ...OWN,
    name: 'removeCard',
    http: 'DELETE /v1/wallet/cards/:card',
    socket: 'money:removeCard',
    servesSuspended: true,
    limit: 'money',
    answer: cardList,
    summary: 'Remove a saved card',
    errors: ['card_not_found', 'provider_unavailable'],
    run: async ({ money }, { caller, params: { card } }) => ({
      cards: await money.cards.remove(caller.identity, card),
    }),
  }),
];

const recordOperations = [
  operation({
    ...OWN,
    name: 'getWalletHistory',
    http: 'GET /v1/wallet/history',
    socket: 'money:history',
    servesSuspended: true,
    input: walletHistoryQuery,
    answer: walletHistory,
    summary: "List the wallet's transactions",
    description: 'Newest first; each id has a receipt. While `next` is not null, pass it as `after`.',
    errors: ['cursor_invalid'],
    run: ({ money }, { caller, input }) => money.wallets.listEntries(caller.identity, input),
  }),
  operation({
    name: 'listCardPayments',
    http: 'GET /v1/wallet/card-payments',
    by: ['person'],
    input: walletHistoryQuery,
    answer: cardPaymentList,
    summary: 'List your direct card payments',
    description: 'Payments without the wallet; each id has a receipt.',
    errors: ['cursor_invalid'],
    run: ({ money }, { caller, input }) => money.ownPayments.listByCard(caller.identity, input),
  }),
  operation({
    name: 'getReceipt',
    http: 'GET /v1/receipts/:payment',
    by: ['participant', 'person', 'operator'],
    servesSuspended: true,
    socket: 'money:receipt',
    answer: receipt,
    summary: 'Get a receipt',
    description:
      'Of your own top-up, ticket, tip, refund or promotional credit: the split, VAT, the fee policy, and the accepted waiver. Operators can read every receipt.',
    errors: ['payment_not_found'],
    run: ({ money }, { by, caller, params: { payment } }) =>
      money.receipts.get(payment, by === 'operator' ? undefined : caller.identity),
  }),
];

const billingOperations = [
  operation({
    ...OWN,
    name: 'listOwnTickets',
    http: 'GET /v1/tickets',
    servesSuspended: true,
    answer: ownTicketList,
    summary: 'List your tickets',
    description: 'The newest, at most a hundred, with what they are for and whether they can be given back.',
    run: async ({ money }, { caller }) => ({ tickets: await money.withdrawals.listTickets(caller.identity) }),
  }),
  operation({
    ...OWN,
    name: 'getBillingName',
    http: 'GET /v1/wallet/billing-name',
    servesSuspended: true,
    answer: billingName,
    summary: 'Get the name on your receipts',
    run: async ({ money }, { caller }) => ({ name: await money.invoices.getBillingName(caller.identity) }),
  }),
  operation({
    ...OWN,
    name: 'setBillingName',
    http: 'PUT /v1/wallet/billing-name',
    servesSuspended: true,
    limit: 'money',
    input: billingName,
    example: { name: 'Léa Martin' },
    answer: billingName,
    summary: 'Set the name on your receipts',
    description: 'For receipts that are issued from now on; null takes it away. Issued receipts never change.',
    run: async ({ money }, { caller, input: { name } }) => {
      await money.invoices.setBillingName(caller.identity, name);
      return { name };
    },
  }),
];

const wayBackOperations = [
  operation({
    ...OWN,
    name: 'withdraw',
    http: 'POST /v1/withdrawals',
    socket: 'money:withdraw',
    servesSuspended: true,
    limit: 'money',
    input: withdrawalInput,
    example: { ticket: 'ticket_9aYx3mPq7LdR2vKe5tWz' },
    answer: refund,
    status: 201,
    summary: 'Return your ticket',
    description:
      'Possible until a live begins after the purchase, for a ticket without a waiver. After a change of the date also with one, for a ticket that was ordered before it: until a live begins, and at least until `returnUntil` of the room.',
    errors: ['payment_not_found', 'not_refundable', 'already_refunded', 'provider_unavailable'],
    run: ({ money }, { caller, input }) => money.withdrawals.withdraw(input.ticket, caller.identity),
  }),
  operation({
    name: 'listUnspentTopups',
    http: 'GET /v1/wallet/refundable',
    by: ['person'],
    answer: unspentTopupList,
    summary: 'List your unspent top-ups',
    description: 'The latest top-up counts as spent last.',
    run: async ({ money }, { caller }) => ({ topups: await money.ownPayments.listUnspent(caller.identity) }),
  }),
  operation({
    name: 'refundUnspentTopup',
    http: 'POST /v1/wallet/refunds',
    by: ['person'],
    limit: 'money',
    input: unspentRefundInput,
    example: { topup: 'topup_9aYx3mPq7LdR2vKe5tWz' },
    answer: refund,
    status: 201,
    summary: 'Refund the unspent part of a top-up to the card',
    errors: [
      'payment_not_found',
      'not_refundable',
      'already_refunded',
      'amount_too_large',
      'idempotency_conflict',
      'provider_unavailable',
    ],
    run: ({ money }, { caller, input }) => money.ownPayments.refundUnspent(caller.identity, input.topup),
  }),
];

export const walletOperations = [...creditOperations, ...recordOperations, ...billingOperations, ...wayBackOperations];
