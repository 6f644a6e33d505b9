import { reminderContract } from '../../protocol/operations/reminders.ts';
import { implement } from './operation.ts';

export const reminderOperations = implement(reminderContract, {
  getReminder: async ({ notices }, { room, caller }) => ({ wanted: await notices.hasReminder(room, caller.identity) }),
  setReminder: async ({ notices, rooms }, { room, caller, input }) => {
    const { wanted } = input;
    if (wanted === undefined) return { wanted: await notices.hasReminder(room, caller.identity) };
    await notices.setReminder(await rooms.getRoom(room), caller.identity, wanted);
    return { wanted };
  },
});
