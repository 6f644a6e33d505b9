/**
 * A fan's way back on the site: giving a ticket back, and having unspent credit sent to the card that paid it. What was paid last is taken to
 * be spent last; a top-up is given back in as many parts as it is found unspent.
 */
import { z } from 'zod';
import { paymentEdge } from '../money/desk/desk-payments.ts';
import { type DeskPayment, deskPaymentsQuery, type PaymentKind, paymentKind } from '../protocol/desk.ts';
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
type Given = { refundedMinor: number };

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

/** Pages of payments that one request reads; who was paid or paid more than that finds the rest by going on from `next`. */
const SEARCH_PAGES_MAX = 20;

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
    input: deskPaymentsQuery.pick({ after: true, limit: true }),
    answer: z.object({ payments: z.array(cardPayment), next: z.string().nullable() }),
    summary: 'What was paid by card directly',
    errors: ['cursor_invalid'],
    handler: async ({ caller, input }) => {
      const { own, next } = await findCardPayments(money, caller.identity, input);
      const ids = [...new Set(own.flatMap(({ room }) => room ?? []))];
      const titles = new Map(await Promise.all(ids.map(async (id) => [id, (await rooms.getRoom(id)).title] as const)));
      const payments = own.map(({ id, kind, amountMinor, refundedMinor, currency, at, room }) => {
        return { id, kind, amountMinor, refundedMinor, currency, at, roomTitle: titles.get(room ?? '') ?? null };
      });
      return { payments, next };
    },
  });
}

async function findCardPayments(
  money: HttpContext['money'],
  identity: string,
  { after, limit }: { after?: string | undefined; limit: number },
): Promise<{ own: DeskPayment[]; next: string | null }> {
  const own: DeskPayment[] = [];
  let next: string | null = null;
  for await (const page of paymentsOf(money, identity, { after })) {
    own.push(...page.payments.filter(({ from, kind }) => from === 'card' && kind !== 'topup'));
    next = page.next;
    if (own.length > limit) break;
  }
  const last = own.length > limit ? own[limit - 1] : undefined;
  return { own: own.slice(0, limit), next: last ? paymentEdge(last) : next };
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
      errors: [
        'payment_not_found',
        'not_refundable',
        'already_refunded',
        'amount_too_large',
        'idempotency_conflict',
        'provider_unavailable',
      ],
      handler: async ({ caller, input }) => {
        const unspent = await findUnspent(context, caller.identity);
        const wanted = unspent.find(({ topup }) => topup === input.topup);
        if (!wanted) throw new AppError('payment_not_found');
        const { topup, amountMinor, refundedMinor } = wanted;
        // Pressed twice, it is found as it was before and is the same refund.
        const idempotencyKey = `unspent:${topup}:${refundedMinor}`;
        return context.money.refund({ topup, amountMinor, reason: REASON, idempotencyKey }, caller.identity);
      },
    }),
  ];
}

/** The newest first, until all of the paid credit is found. */
async function findUnspent({ money }: HttpContext, identity: string): Promise<(UnspentTopup & Given)[]> {
  const { balanceMinor, promoMinor } = await money.getWallet(identity);
  let leftMinor = balanceMinor - promoMinor;
  const unspent: (UnspentTopup & Given)[] = [];
  for await (const { payments } of paymentsOf(money, identity, { kind: 'topup' })) {
    for (const payment of payments) {
      const topup = topupId.safeParse(payment.id);
      if (!topup.success || !isOpen(payment.status)) continue;
      const { currency, at, refundedMinor } = payment;
      const amountMinor = Math.min(leftMinor, payment.amountMinor - refundedMinor);
      if (amountMinor <= 0) return unspent;
      unspent.push({ topup: topup.data, amountMinor, refundedMinor, currency, at });
      leftMinor -= amountMinor;
    }
  }
  return unspent;
}

/** What somebody paid, the newest first, page by page for as long as it is wanted: what is looked for may be older than a page is long. */
async function* paymentsOf(
  { desk }: HttpContext['money'],
  identity: string,
  { kind, after: start }: { kind?: PaymentKind; after?: string | undefined },
) {
  let after = start;
  for (let read = 0; read < SEARCH_PAGES_MAX; read += 1) {
    const { payments, next } = await desk.searchPayments({ query: identity, kind, after, limit: LIMITS.listPageItems });
    yield { payments: payments.filter((payment) => payment.identity === identity), next };
    if (next === null) return;
    after = next;
  }
}

const isOpen = (status: string) => status === 'settled' || status === 'part_refunded';

function isTicket(id: string): id is `ticket_${string}` {
  return id.startsWith('ticket_');
}
