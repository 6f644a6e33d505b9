/** Reminders of lives, for people in the lobby of a room. */

import { z } from 'zod';
import { roomId } from '../ids.ts';
import { operation } from './contract.ts';

/** Whether a person wants to be reminded of a room. */
const reminder = z.object({ wanted: z.boolean() });

export const reminderContract = {
  getReminder: operation({
    http: 'GET /v1/rooms/:id/reminder',
    by: ['participant'],
    from: 'lobby',
    answer: reminder,
    summary: 'Get whether you asked to be reminded',
  }),
  setReminder: operation({
    http: 'POST /v1/rooms/:id/reminder',
    by: ['participant'],
    socket: 'rooms:remind',
    from: 'lobby',
    input: reminder.partial().extend({ next: roomId.optional() }),
    example: { wanted: true },
    answer: reminder,
    summary: 'Ask to be reminded of a live',
    description:
      'Before the first live: a letter 15 minutes before it begins, or when it begins without a date or before it. People of an embedder get no letter: the embedder gets the event `reminder.due`. A live that moves moves its reminders; one that is cancelled drops them. Without `wanted` it stays, and is answered. `next` names the creator’s next live, as the summary of this room does, in place of this room.',
    errors: ['room_ended'],
  }),
};
