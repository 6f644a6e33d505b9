import { html } from 'lit';
import { expect, test } from 'vitest';
import { wordsOf } from '../../tests/support/browser/element-markup.ts';
import type { Room } from '../client/room.ts';
import { LogeStage } from './loge-stage.ts';

function curtain(info: object, clockOffsetMs = 0): string {
  const none = { startsAt: null, liveEndedAt: null, pausedUntil: null, pauseAnnounced: false };
  const room = {
    info: {
      id: 'room_1',
      title: 'A concert',
      creator: { identity: 'camille', name: 'Camille' },
      status: 'scheduled',
      ...none,
      ...info,
    },
    ...{ isLive: false, viewerCount: 1, state: 'connected', stage: { tracks: [] }, chat: { state: null } },
    ...{ localParticipant: { role: 'fan' }, clockOffsetMs },
  };
  return wordsOf(html`<loge-stage .room=${room as unknown as Room}></loge-stage>`);
}

test('before its day the curtain names the day, and asks nobody to wait', () => {
  expect(curtain({ startsAt: new Date(2099, 4, 14, 20).toISOString() })).toMatch(/is set to begin .*14 May/);
  for (const startsAt of [null, new Date(Date.now() - 60_000).toISOString()])
    expect(curtain({ startsAt })).toContain('Camille is getting ready. Stay here');
  expect(curtain({ startsAt: new Date(Date.now() - 60_000).toISOString() })).toContain('Any moment now');
  expect(curtain({ startsAt: new Date(Date.now() + 3_600_000).toISOString() })).toMatch(
    /Starts in 1:00:00|Starts in 59:59/,
  );
  // A device whose clock is an hour fast.
  const inHalfAnHour = new Date(Date.now() - 1_800_000);
  expect(curtain({ startsAt: inHalfAnHour.toISOString() }, -3_600_000)).toContain('is set to begin');
});

test('in a pause the curtain says until when, and after it that the room is off air', () => {
  // The reader's time.
  const [liveEndedAt, pausedUntil] = [0, 20].map((minute) => new Date(2030, 0, 1, 20, minute).toISOString());
  expect(curtain({ liveEndedAt, pausedUntil, pauseAnnounced: true })).toMatch(/Camille.*20:20/);
  expect(curtain({ liveEndedAt })).not.toContain('20:20');
  expect(curtain({ status: 'ended', liveEndedAt })).not.toContain('getting ready');
});

test('a stage that was removed while an update was pending does not attach itself again', () => {
  const attached = new Set<unknown>();
  class PlacedStage extends LogeStage {
    override isConnected = true;
    override readonly renderRoot = {
      querySelector: (selector: string) => (selector === 'video.main' ? 'video' : null),
      querySelectorAll: () => [],
    } as unknown as ShadowRoot;
    refresh = () => this.updated(new Map());
  }
  customElements.define('test-stage', PlacedStage);
  const stage = new PlacedStage();
  stage.room = {
    stage: { attach: (video: unknown) => attached.add(video), detach: (video: unknown) => attached.delete(video) },
  } as unknown as Room;
  stage.refresh();
  expect(attached.size).toBe(1);
  stage.isConnected = false;
  stage.disconnectedCallback();
  stage.refresh();
  expect(attached.size).toBe(0);
  stage.isConnected = true;
  stage.refresh();
  expect(attached.size).toBe(1);
});
