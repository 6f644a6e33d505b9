/** Reminders of lives, for people in the lobby of a room. */
import { reminder, reminderInput } from '../../protocol/rooms.ts';
import { operation } from './operation.ts';

export const reminderOperations = [
  operation({
    name: 'getReminder',
    http: 'GET /v1/rooms/:id/reminder',
    by: ['participant'],
    from: 'lobby',
    answer: reminder,
    summary: 'Get whether you asked to be reminded',
    run: async ({ notices }, { room, caller }) => ({ wanted: await notices.hasReminder(room, caller.identity) }),
  }),
  operation({
    name: 'setReminder',
    http: 'POST /v1/rooms/:id/reminder',
    by: ['participant'],
    socket: 'rooms:remind',
    from: 'lobby',
    input: reminderInput,
    example: { wanted: true },
    answer: reminder,
    summary: 'Ask to be reminded of a live',
    description:
      'Before the first live: a letter 15 minutes before it begins, or when it begins without a date or before it. People of an embedder get no letter: the embedder gets the event `reminder.due`. A live that moves moves its reminders; one that is cancelled drops them.',
    errors: ['room_ended'],
    run: async ({ notices, rooms }, { room, caller, input }) => {
      const { wanted } = input;
      if (wanted === undefined) return { wanted: await notices.hasReminder(room, caller.identity) };
      await notices.setReminder(await rooms.getRoom(room), caller.identity, wanted);
      return { wanted };
    },
  }),
];
