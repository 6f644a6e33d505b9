import { expect, vi } from 'vitest';
import type { SfuErrorCode, SfuNode, Viewport } from '../../../../sfu/contract.ts';
import { RtpPublisher } from '../../../support/media/rtp-publisher.ts';
import type { RtpStage, StageViewer } from '../../../support/media/rtp-stage.ts';
import { rtpViewerCapabilities } from '../../../support/media/rtp-viewer.ts';

export type SfuPart =
  | 'media'
  | 'profiles'
  | 'traffic'
  | 'stage'
  | 'layer messages'
  | 'layers'
  | 'grants'
  | 'people'
  | 'refusals';

export interface SfuHarness {
  name: string;
  /** Number of the node's workers; one by default. */
  workers?: number;
  /** Parts that another kind of node proves as well; with `--long` none is left out. */
  leavesOut?: SfuPart[];
  create(options?: SfuHarnessOptions): Promise<SfuHarnessNode>;
}

export interface SfuHarnessNode {
  /** Closing it closes everything that the harness started. */
  node: SfuNode;
  killWorkers(): unknown;
  /** Shuts the node process down, as its operator does. */
  shutDown(): Promise<void>;
}

export interface SfuHarnessOptions {
  leaseMs?: number;
  connectWithinMs?: number;
  consumersPerWorkerMax?: number;
  layerLoweringDelayMs?: number;
}

export type Open = (options?: SfuHarnessOptions) => Promise<{ stage: RtpStage } & Omit<SfuHarnessNode, 'node'>>;

export const SILENT_AFTER_MS = 250;
export const TOP: Viewport = { width: 1280, height: 720 };
export const MIDDLE: Viewport = { width: 640, height: 360 };
export const SMALL: Viewport = { width: 200, height: 112 };

export const WAIT = { timeout: 15_000, interval: 200 };

export async function until(condition: () => boolean | Promise<boolean>): Promise<void> {
  await vi.waitFor(async () => expect(await condition(), `${condition}`).toBe(true), { timeout: 15_000, interval: 20 });
}

export async function expectCode(call: Promise<unknown>, code: SfuErrorCode): Promise<void> {
  await expect(call).rejects.toMatchObject({ name: 'SfuError', code });
}

/** Waits until the viewer was given this many further consumers, and adds them. */
export async function receiveAdded(stage: RtpStage, { session, viewer }: StageViewer, count: number) {
  const added = () => stage.events.of('consumersAdded', session).flatMap(({ consumers }) => consumers);
  await until(() => added().length === count);
  viewer.addConsumers(added());
  return added();
}

/** Waits for further packets. */
export async function receivesMore({ viewer }: StageViewer, kind?: 'audio' | 'video'): Promise<void> {
  const packets = viewer.packets(kind);
  await until(() => viewer.packets(kind) > packets);
}

export function packetsOf({ viewer }: StageViewer, consumerId: string): number {
  return viewer.streams.find((stream) => stream.consumerId === consumerId)?.packets ?? 0;
}

/** The simulcast layer sent to a viewer with `openAll`. */
export function currentLayer({ viewer }: StageViewer): number | undefined {
  return viewer.streams.find(({ kind }) => kind === 'video')?.layer;
}

export function watchRequest(stage: RtpStage) {
  return { grant: stage.grant('room_any'), rtpCapabilities: rtpViewerCapabilities(stage.node.routerRtpCapabilities) };
}

/** Parameters of a publisher that sends nothing. */
export function closedPublisher(): RtpPublisher {
  const publisher = new RtpPublisher();
  publisher.close();
  return publisher;
}

/** Renews leases at an interval, as a gateway does. Stopping waits for the renewal in flight. */
export function keepRenewing(node: SfuNode, sessions: string[]) {
  let renewal: Promise<unknown> = Promise.resolve();
  const timer = setInterval(() => {
    renewal = node.renew({ sessions });
  }, 100);
  const stop = async () => {
    clearInterval(timer);
    await renewal;
  };
  return { stop, [Symbol.asyncDispose]: stop };
}
