import { isPersonId } from '../../../protocol/accounts/people.ts';
import { AppError } from '../../../protocol/errors.ts';
import { bookingContract } from '../../../protocol/operations/money/bookings.ts';
import { implement, withPeople } from '../operation.ts';

export const bookingOperations = implement(bookingContract, {
  deskBookings: async (domains, call) => {
    const answer = await domains.money.desk.listBookings(call.caller.identity);
    const named = answer.bookings.flatMap(({ subject, by, decidedBy }) => [subject, by, decidedBy]);
    const owed = answer.owed.refunds.map(({ identity }) => identity);
    return withPeople(domains, { ...call, answer, named: [...named, ...owed] });
  },
  createBooking: async ({ money, people }, { input, caller }) => {
    const isUnknown = 'subject' in input && isPersonId(input.subject) && !(await people.find(input.subject));
    if (isUnknown) throw new AppError('person_not_found');
    return money.desk.book(input, caller.identity);
  },
  confirmBooking: ({ money }, { params, caller }) =>
    money.desk.decideBooking(params.booking, { by: caller.identity, isConfirmed: true, reason: null }),
  declineBooking: ({ money }, { params, caller, input: { reason } }) =>
    money.desk.decideBooking(params.booking, { by: caller.identity, isConfirmed: false, reason }),
});
