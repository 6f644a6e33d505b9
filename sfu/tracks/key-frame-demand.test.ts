import type { types } from 'mediasoup';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { KeyFrameDemand } from './key-frame-demand.ts';
import { StageTrack } from './stage-track.ts';

beforeEach(() => void vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] }));
afterEach(() => void vi.useRealTimers());

function openDemand() {
  const requestedAt: number[] = [];
  const demand = new KeyFrameDemand({ layers: 2, emit: () => requestedAt.push(performance.now() - startedAt) });
  const startedAt = performance.now();
  return { demand, requestedAt, startedAt };
}

it("leaves a viewer to the worker's own request if that is in time", () => {
  const { demand, requestedAt } = openDemand();
  demand.handleViewerStarted();
  demand.handlePli();
  vi.advanceTimersByTime(5);
  demand.handleViewerStarted();
  vi.advanceTimersByTime(1_000);
  demand.handleViewerStarted();
  expect(requestedAt).toEqual([]);
});

it('requests a key frame at once for a viewer who comes just after another', () => {
  const { demand, requestedAt } = openDemand();
  demand.handlePli();
  vi.advanceTimersByTime(150);
  demand.handleViewerStarted();
  expect(requestedAt).toEqual([150]);
});

it('requests one key frame for viewers who come together, and the next after a minimum interval', () => {
  const { demand, requestedAt } = openDemand();
  demand.handlePli();
  vi.advanceTimersByTime(50);
  for (let i = 0; i < 10; i++) {
    demand.handleViewerStarted();
    vi.advanceTimersByTime(20);
  }
  vi.runAllTimers();
  expect(requestedAt).toEqual([50, 150, 250]);
});

it('spends at most its budget, which refills slowly', () => {
  const { demand, requestedAt } = openDemand();
  for (let i = 0; i < 600; i++) {
    if (i % 3 === 0) demand.handlePli();
    demand.handleViewerStarted();
    vi.advanceTimersByTime(100);
  }
  // Fifteen at the beginning and one in each of the sixty seconds.
  expect(requestedAt.length).toBeGreaterThan(60);
  expect(requestedAt.length).toBeLessThanOrEqual(15 + 60);
});

it('requests a key frame when viewers of a new track are ready, and another for those who are later', () => {
  const { demand, requestedAt } = openDemand();
  for (let i = 0; i < 20; i++) demand.handleTrackAnnounced();
  vi.runAllTimers();
  demand.handleTrackAnnounced();
  demand.close();
  vi.runAllTimers();
  expect(requestedAt).toEqual([100, 420]);
});

it('requests the key frame of a new track earlier if its publisher is far away', () => {
  const { demand, requestedAt } = openDemand();
  vi.advanceTimersByTime(50);
  demand.handleTrackAnnounced();
  vi.advanceTimersByTime(20);
  // The first key frame took 70 ms; the viewer is ready 100 ms after the announcement.
  demand.handleKeyFrame(0);
  vi.runAllTimers();
  expect(requestedAt).toEqual([80, 400]);
});

it('is silent once closed', () => {
  const { demand, requestedAt } = openDemand();
  demand.handlePli();
  vi.advanceTimersByTime(50);
  demand.handleViewerStarted();
  demand.handleViewerStarted();
  demand.close();
  vi.runAllTimers();
  expect(requestedAt).toEqual([50]);
});

it("asks ahead for a viewer who connects, by the time that key frames of the viewer's layer took before", () => {
  const { demand, requestedAt, startedAt } = openDemand();
  const isWaiting = () => true;
  for (const tookMs of [120, 10, 60, 5_000, 70]) {
    demand.handlePli();
    vi.advanceTimersByTime(tookMs);
    demand.handleKeyFrame(1);
    vi.advanceTimersByTime(40);
    demand.handleKeyFrame(0);
  }
  const connectingAt = performance.now() - startedAt;
  demand.handleViewerConnecting(200, 1, isWaiting);
  vi.advanceTimersByTime(500);
  demand.handleViewerConnecting(20, 1, isWaiting);
  vi.advanceTimersByTime(500);
  demand.handleViewerConnecting(200, 0, isWaiting);
  vi.advanceTimersByTime(500);
  expect(requestedAt.map((at) => at - connectingAt)).toEqual([140, 500, 1_100]);
});

it('does not ask ahead for a viewer who was connected sooner', () => {
  const { demand, requestedAt } = openDemand();
  demand.handleViewerConnecting(300, 0, () => false);
  vi.advanceTimersByTime(500);
  expect(requestedAt).toEqual([]);
});

it('asks nothing ahead of an uplink that does not carry all layers', () => {
  const emitKeyFrameWanted = vi.fn();
  const producer = { kind: 'video', rtpParameters: {}, on() {}, enableTraceEvent: async () => {} };
  const track = new StageTrack({
    // Only the members that are used here.
    producer: producer as unknown as types.Producer,
    source: 'screen',
    scales: [2, 1],
    muted: false,
    loweringDelayMs: 0,
    emitLayersWanted: () => {},
    emitKeyFrameWanted,
  });
  const connect = () => {
    track.handleViewerConnecting(0, 0, () => true);
    vi.runAllTimers();
  };
  track.setSentLayer(0);
  connect();
  expect(emitKeyFrameWanted).not.toHaveBeenCalled();
  track.setSentLayer(1);
  connect();
  expect(emitKeyFrameWanted).toHaveBeenCalledOnce();
});
