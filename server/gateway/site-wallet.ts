/**
 * A fan's way back on the site: giving a ticket back, and having unspent credit sent to the card that paid it. What was paid last is taken to
 * be spent last, and a top-up is given back once.
 */
import { z } from 'zod';
import { paymentKind } from '../protocol/desk.ts';
import { AppError } from '../protocol/errors.ts';
import { topupId } from '../protocol/ids.ts';
import { LIMITS } from '../protocol/limits.ts';
import { refund } from '../protocol/money.ts';
import { withdrawalInput } from '../protocol/pricing.ts';
import type { HttpContext } from './http-context.ts';
import { defineRoute, type Route } from './http-route.ts';

const unspentTopup = z.object({
  topup: topupId,
  /** What of it is not spent, and would go back. */
  amountMinor: z.number().int().min(1),
  currency: z.string(),
  at: z.string(),
});
type UnspentTopup = z.infer<typeof unspentTopup>;

const cardPayment = z.object({
  id: z.string(),
  kind: paymentKind,
  amountMinor: z.number().int(),
  refundedMinor: z.number().int(),
  currency: z.string(),
  at: z.string(),
  roomTitle: z.string().nullable(),
});

/** In the refund's record, beside the identity of who asked. */
const REASON = 'Unspent credit, asked for by its owner';

export function siteWalletRoutes(context: HttpContext): Route[] {
  return [withdrawalRoute(context), cardPaymentsRoute(context), ...unspentRoutes(context)];
}

function withdrawalRoute({ money }: HttpContext): Route {
  return defineRoute({
    name: 'siteWithdraw',
    method: 'post',
    path: '/site/withdrawals',
    auth: 'person',
    limit: 'money',
    input: withdrawalInput,
    answer: refund,
    status: 201,
    summary: "Give one's ticket back",
    errors: ['payment_not_found', 'not_refundable', 'already_refunded', 'provider_unavailable'],
    handler: ({ caller, input }) => {
      if (!isTicket(input.ticket)) throw new AppError('payment_not_found');
      return money.withdraw(input.ticket, caller.identity);
    },
  });
}

/** What never went through the wallet, and has a receipt all the same. */
function cardPaymentsRoute({ money, rooms }: HttpContext): Route {
  return defineRoute({
    name: 'siteCardPayments',
    method: 'get',
    path: '/site/wallet/card-payments',
    auth: 'person',
    limit: 'site',
    answer: z.object({ payments: z.array(cardPayment) }),
    summary: 'What was paid by card directly',
    handler: async ({ caller }) => {
      const found = await money.desk.searchPayments({ query: caller.identity, limit: LIMITS.listPageItems });
      const own = found.payments.filter(
        ({ identity, from, kind }) => identity === caller.identity && from === 'card' && kind !== 'topup',
      );
      const ids = [...new Set(own.flatMap(({ room }) => room ?? []))];
      const titles = new Map(await Promise.all(ids.map(async (id) => [id, (await rooms.getRoom(id)).title] as const)));
      const payments = own.map(({ id, kind, amountMinor, refundedMinor, currency, at, room }) => {
        return { id, kind, amountMinor, refundedMinor, currency, at, roomTitle: titles.get(room ?? '') ?? null };
      });
      return { payments };
    },
  });
}

function unspentRoutes(context: HttpContext): Route[] {
  return [
    defineRoute({
      name: 'siteUnspent',
      method: 'get',
      path: '/site/wallet/refundable',
      auth: 'person',
      limit: 'site',
      answer: z.object({ topups: z.array(unspentTopup) }),
      summary: 'Which top-ups are not spent',
      handler: async ({ caller }) => ({ topups: await findUnspent(context, caller.identity) }),
    }),
    defineRoute({
      name: 'siteRefundUnspent',
      method: 'post',
      path: '/site/wallet/refunds',
      auth: 'person',
      limit: 'money',
      input: z.object({ topup: topupId }),
      answer: refund,
      status: 201,
      summary: 'Have what is not spent of a top-up sent back to the card',
      errors: ['payment_not_found', 'not_refundable', 'already_refunded', 'amount_too_large', 'provider_unavailable'],
      handler: async ({ caller, input }) => {
        const unspent = await findUnspent(context, caller.identity);
        const wanted = unspent.find(({ topup }) => topup === input.topup);
        if (!wanted) throw new AppError('payment_not_found');
        const { topup, amountMinor } = wanted;
        return context.money.refund({ topup, amountMinor, reason: REASON }, caller.identity);
      },
    }),
  ];
}

/** The newest first, until all of the paid credit is found. */
async function findUnspent({ money }: HttpContext, identity: string): Promise<UnspentTopup[]> {
  const { balanceMinor, promoMinor } = await money.getWallet(identity);
  const query = { query: identity, kind: 'topup', limit: LIMITS.listPageItems } as const;
  const { payments } = await money.desk.searchPayments(query);
  let leftMinor = balanceMinor - promoMinor;
  const unspent: UnspentTopup[] = [];
  for (const payment of payments) {
    const topup = topupId.safeParse(payment.id);
    if (!topup.success || payment.identity !== identity || payment.status !== 'settled') continue;
    const amountMinor = Math.min(leftMinor, payment.amountMinor);
    if (amountMinor <= 0) break;
    unspent.push({ topup: topup.data, amountMinor, currency: payment.currency, at: payment.at });
    leftMinor -= amountMinor;
  }
  return unspent;
}

function isTicket(id: string): id is `ticket_${string}` {
  return id.startsWith('ticket_');
}
