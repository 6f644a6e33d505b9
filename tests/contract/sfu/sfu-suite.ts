import { describe } from 'vitest';
import { RtpStage } from '../../support/media/rtp-stage.ts';
import { describeEnds, describeRefusals } from './suite/ends.ts';
import type { SfuHarness, SfuHarnessOptions } from './suite/harness.ts';
import { describeMedia, describeTraffic } from './suite/media.ts';
import { describeGrants, describePeople } from './suite/sessions.ts';
import { describeLayers, describeStage } from './suite/stage.ts';

/**
 * The contract of `sfu/contract.ts`, with real media and workers. Runs on a node in this process and, unchanged, on a
 * node behind the control API.
 */
export function describeSfuNode(harness: SfuHarness): void {
  const open = async (options?: SfuHarnessOptions) => {
    const { node, ...rest } = await harness.create(options);
    return { stage: new RtpStage(node), ...rest };
  };
  // Each test has its own node and mostly waits.
  describe.concurrent(`${harness.name}: media`, () => describeMedia(open));
  describe.concurrent(`${harness.name}: traffic`, { timeout: 30_000 }, () => describeTraffic(open));
  describe.concurrent(`${harness.name}: stage`, () => describeStage(open));
  describe.concurrent(`${harness.name}: layers`, () => describeLayers(open));
  describe.concurrent(`${harness.name}: grants and leases`, () => describeGrants(open));
  describe.concurrent(`${harness.name}: people`, () => describePeople(open));
  const workers = harness.workers ?? 1;
  describe.concurrent(`${harness.name}: refusals`, () => describeRefusals(open, workers));
  describe.concurrent(`${harness.name}: ends`, () => describeEnds(open, workers));
}
