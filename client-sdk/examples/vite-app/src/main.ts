/** A page of one's own around the headless client, and a room of the elements on the same connection. */
import { LogeError, Room, RoomEvent } from '@loge/client';
import '@loge/elements';

const status = document.querySelector<HTMLElement>('#status');
const element = document.querySelector('loge-room');
if (!status || !element) throw new Error('The page has no place for the room.');

const room = new Room({ url: import.meta.env.VITE_LOGE_URL ?? 'http://localhost:3000' });
element.room = room;
for (const event of [RoomEvent.viewerCount, RoomEvent.liveStarted, RoomEvent.liveEnded]) room.on(event, showStatus);

/** Called at every connect and reconnect: your server mints the token for the person who is signed in. */
async function fetchToken(): Promise<string> {
  const response = await fetch(`/room-token${location.search}`);
  if (!response.ok) throw new Error(`No token: ${response.status}`);
  return response.text();
}

function showStatus(): void {
  if (status) status.textContent = `${room.isLive ? 'Live' : 'Not live yet'}, ${room.viewerCount} watching`;
}

try {
  await room.connect(fetchToken);
  showStatus();
} catch (error) {
  status.textContent = error instanceof LogeError ? error.message : 'The room cannot be reached.';
}
