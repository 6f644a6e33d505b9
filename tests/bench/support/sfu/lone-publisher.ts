/** A publisher in a process of its own, so that what it does for its packets delays none that are measured. */
import type { TransportOptions } from '../../../../sfu/contract.ts';
import { RtpPublisher } from '../../../support/media/rtp-publisher.ts';

const { bitrateBps } = JSON.parse(process.argv[2] ?? '{}') as { bitrateBps: number };
const publisher = new RtpPublisher({ layerBitratesBps: [bitrateBps], stamped: true });

const methods = {
  connect: async ({ transport }: { transport: TransportOptions }) => await publisher.connect(transport),
  /** Sends no more video and stays. */
  rest: async () => publisher.setMaxLayer(-1),
};

process.on('message', async ({ id, method, params }: { id: number; method: keyof typeof methods; params: never }) => {
  process.send?.({ id, data: (await methods[method](params)) ?? null });
});
process.on('disconnect', () => process.exit(0));
process.send?.({
  ready: { dtlsParameters: publisher.dtlsParameters, rtpParameters: publisher.videoRtpParameters },
});
