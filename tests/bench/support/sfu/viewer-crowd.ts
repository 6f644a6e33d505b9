/**
 * Many viewers in a process of their own, which receive SRTP and decode nothing. They join through their parent, which
 * asks the node: so that what is measured of the node is its work, and of this process only what arrives.
 */
import type { ConsumerOptions, TransportOptions } from '../../../../sfu/contract.ts';
import { RtpViewer } from '../../../support/media/rtp-viewer.ts';

const viewers = new Map<string, RtpViewer>();

const methods = {
  async prepare({ session }: { session: string }) {
    const viewer = new RtpViewer({ reports: true });
    viewers.set(session, viewer);
    return viewer.dtlsParameters;
  },
  async connect({
    session,
    transport,
    consumers,
  }: {
    session: string;
    transport: TransportOptions;
    consumers: ConsumerOptions[];
  }) {
    await viewers.get(session)?.connect(transport, consumers);
  },
  async count() {
    const streams = [...viewers.values()].flatMap((viewer) => viewer.streams);
    const sum = (key: 'packets' | 'bytes' | 'lost') => streams.reduce((total, stream) => total + stream[key], 0);
    return { packets: sum('packets'), bytes: sum('bytes'), lost: sum('lost') };
  },
  async leave() {
    for (const viewer of viewers.values()) viewer.close();
    viewers.clear();
  },
};

process.on('message', async ({ id, method, params }: { id: number; method: keyof typeof methods; params: never }) => {
  process.send?.({ id, data: (await methods[method](params)) ?? null });
});
process.on('disconnect', () => process.exit(0));
process.send?.({ ready: {} });
