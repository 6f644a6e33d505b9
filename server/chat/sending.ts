import type { Participant } from '../protocol/accounts.ts';
import type { ChatSendInput } from '../protocol/chat/chat.ts';
import type { RoomId } from '../protocol/ids.ts';

/** A message on its way in: who sends what, where. */
export interface Sending {
  room: RoomId;
  from: Participant;
  input: ChatSendInput;
}
