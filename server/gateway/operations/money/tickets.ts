import { ticketContract } from '../../../protocol/operations/money/tickets.ts';
import { implement } from '../operation.ts';

export const ticketOperations = implement(ticketContract, {
  getQuote: async ({ money, rooms, charter, config }, { room, caller: { identity }, input, locale }) => ({
    ...(await money.quotes.quote({ room: await rooms.getRoom(room), identity, locale, ...input })),
    charterUrl: (await charter.isInForce()) ? `${config.publicUrl}/charter` : null,
  }),
  getRoomSummary: async ({ money, rooms }, { room: id, caller }) => {
    const room = await rooms.getRoom(id);
    const couldEnter = await rooms.couldEnter(id, caller);
    const [summary, next] = await Promise.all([
      money.summaries.of(room, caller.identity, couldEnter),
      rooms.findNext(room),
    ]);
    return { ...summary, next };
  },
  buyTicket: async ({ money, rooms }, { room, caller: { identity, name, role }, input, locale }) => {
    const bought = await money.tickets.buy({ room: await rooms.getRoom(room), identity, name, role, locale, ...input });
    return 'ticket' in bought ? bought.ticket : bought;
  },
});
