/** What sockets ask around paying: the receipt before it, receipts after it, a tip by card, giving a ticket back. */
import { AppError } from '../protocol/errors.ts';
import type { TicketId } from '../protocol/ids.ts';
import type { GatewayContext } from './context.ts';
import type { Handlers } from './pipeline.ts';

type Names = 'money:quote' | 'money:tipByCard' | 'money:receipt' | 'money:history' | 'money:withdraw';

export function receiptsHandlers({ money, rooms }: GatewayContext): Pick<Handlers, Names> {
  return {
    'money:quote': {
      from: 'lobby',
      limit: 'default',
      handle: async ({ roomId, participant }, { locale, ...input }) =>
        money.quote({ room: await rooms.getRoom(roomId), identity: participant.identity, locale, ...input }),
    },
    'money:tipByCard': {
      from: 'inside',
      right: 'tip',
      limit: 'money',
      handle: async ({ roomId, participant }, { returnUrl, locale, ...input }) =>
        money.tipByCard({ room: await rooms.getRoom(roomId), from: participant, input, returnUrl, locale }),
    },
    'money:receipt': {
      from: 'lobby',
      limit: 'default',
      handle: ({ participant }, { payment }) => money.getReceipt(payment, participant.identity),
    },
    'money:history': {
      from: 'lobby',
      limit: 'default',
      handle: ({ participant }, page) => money.getWalletHistory(participant.identity, page),
    },
    'money:withdraw': {
      from: 'lobby',
      limit: 'money',
      handle: ({ participant }, { ticket }) => {
        if (!ticket.startsWith('ticket_')) throw new AppError('payment_not_found');
        return money.withdraw(ticket as TicketId, participant.identity);
      },
    },
  };
}
