/** Renders its host every second while a countdown runs. */
import type { ReactiveControllerHost } from 'lit';
import type { Room } from '../../client/room.ts';
import { HostTimer } from '../room/host-timer.ts';

type Host = ReactiveControllerHost & { readonly room: Pick<Room, 'clockOffsetMs'> | undefined };

export class ChatClock extends HostTimer<Host> {
  /**
   * Milliseconds until `at`, at least zero: a time of the server (ISO 8601), or of this device (a number). The host is
   * rendered every second until then, as long as it asks again.
   */
  remainingMs(at: string | number | null): number {
    if (at === null) return 0;
    // The device's clock may be wrong.
    const atMs = typeof at === 'number' ? at : Date.parse(at) - (this.host.room?.clockOffsetMs ?? 0);
    const remaining = Math.max(0, atMs - Date.now());
    if (remaining > 0 && !this.isRunning) this.start(remaining % 1_000 || 1_000, () => this.host.requestUpdate());
    return remaining;
  }
}
