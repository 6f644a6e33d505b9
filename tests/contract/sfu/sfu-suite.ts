import { describe } from 'vitest';
import { RtpStage } from '../../support/media/rtp-stage.ts';
import { isLong } from '../../support/run/effort.ts';
import { describeCapacity, describeEnds, describeRefusals } from './suite/ends.ts';
import type { SfuHarness, SfuHarnessOptions, SfuPart } from './suite/harness.ts';
import { describeMedia, describeProfiles, describeTraffic } from './suite/media.ts';
import { describeGrants, describePeople } from './suite/sessions.ts';
import { describeLayerMessages, describeLayers, describeStage } from './suite/stage.ts';

/**
 * The contract of `sfu/contract.ts`, with real media and workers. Runs on a node in this process and, unchanged, on a
 * node behind the control API.
 */
export function describeSfuNode(harness: SfuHarness): void {
  const open = async (options?: SfuHarnessOptions) => {
    const { node, ...rest } = await harness.create(options);
    return { stage: new RtpStage(node), ...rest };
  };
  const { name, workers = 1, leavesOut = [] } = harness;
  const has = (part: SfuPart) => isLong || !leavesOut.includes(part);
  // Each test has its own node and mostly waits.
  describe.concurrent(`${name}: media`, () => {
    if (has('media')) describeMedia(open);
    if (has('profiles')) describeProfiles(open);
  });
  if (has('traffic')) describe.concurrent(`${name}: traffic`, { timeout: 30_000 }, () => describeTraffic(open));
  if (has('stage')) describe.concurrent(`${name}: stage`, () => describeStage(open));
  describe.concurrent(`${name}: layers`, () => {
    if (has('layer messages')) describeLayerMessages(open);
    if (has('layers')) describeLayers(open, workers);
  });
  if (has('grants')) describe.concurrent(`${name}: grants and leases`, () => describeGrants(open));
  if (has('people')) describe.concurrent(`${name}: people`, () => describePeople(open));
  describe.concurrent(`${name}: refusals`, () => {
    describeCapacity(open, workers);
    if (has('refusals')) describeRefusals(open);
  });
  describe.concurrent(`${name}: ends`, () => describeEnds(open, workers));
}
