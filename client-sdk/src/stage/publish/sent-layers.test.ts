import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { STAGE } from '../../limits.ts';
import { SentLayers } from './sent-layers.ts';

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

/** A sender of three layers: the browser sends `sending`, the page has activated `active`. */
class FakeSender {
  sending = 3;
  active = 3;

  getParameters(): RTCRtpSendParameters {
    const encodings = [0, 1, 2].map((layer) => ({ rid: `r${layer}`, active: layer < this.active }));
    return { encodings, transactionId: '', codecs: [], headerExtensions: [], rtcp: {} };
  }

  async getStats(): Promise<RTCStatsReport> {
    return new Map(
      [0, 1, 2].map((layer) => [
        `out${layer}`,
        { type: 'outbound-rtp', rid: `r${layer}`, targetBitrate: layer < this.sending ? 100_000 : 0 },
      ]),
    );
  }
}

function watch() {
  const sender = new FakeSender();
  const changed: number[] = [];
  const onBehind = vi.fn();
  new SentLayers({
    producer: { closed: false, rtpSender: sender },
    onChanged: (layer) => changed.push(layer),
    onBehind,
  });
  return { sender, changed, onBehind };
}

const check = () => vi.advanceTimersByTimeAsync(STAGE.sentLayersCheckMs);

describe('SentLayers', () => {
  it('tells which layers the browser stops and sends again', async () => {
    const { sender, changed } = watch();
    await check();
    sender.sending = 1;
    await check();
    await check();
    sender.sending = 3;
    await check();
    expect(changed).toEqual([0, 2]);
  });

  it('says nothing before the top layer was sent, and nothing of layers that nobody wants', async () => {
    const { sender, changed } = watch();
    sender.sending = 2;
    await check();
    sender.sending = 3;
    await check();
    Object.assign(sender, { active: 1, sending: 1 });
    await check();
    expect(changed).toEqual([]);
  });

  it('asks for a probe at intervals while less is sent than is wanted', async () => {
    const { sender, onBehind } = watch();
    sender.sending = 1;
    await vi.advanceTimersByTimeAsync(2 * STAGE.uplinkProbeMs + 3 * STAGE.sentLayersCheckMs);
    expect(onBehind).toHaveBeenCalledTimes(2);
    sender.sending = 3;
    await vi.advanceTimersByTimeAsync(5 * STAGE.uplinkProbeMs);
    expect(onBehind).toHaveBeenCalledTimes(2);
  });
});
