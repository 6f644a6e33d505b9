import { AppError } from '../../protocol/errors.ts';
import { reminderContract } from '../../protocol/operations/reminders.ts';
import { implement } from './operation.ts';

export const reminderOperations = implement(reminderContract, {
  getReminder: async ({ notices }, { room, caller }) => ({ wanted: await notices.hasReminder(room, caller.identity) }),
  setReminder: async ({ notices, rooms }, { room, caller, input }) => {
    const { wanted, next } = input;
    let about = await rooms.getRoom(room);
    if (next !== undefined) {
      if ((await rooms.findNext(about))?.id !== next) throw new AppError('room_not_found');
      about = await rooms.getRoom(next);
    }
    if (wanted === undefined) return { wanted: await notices.hasReminder(about.id, caller.identity) };
    await notices.setReminder(about, caller.identity, wanted);
    return { wanted };
  },
});
