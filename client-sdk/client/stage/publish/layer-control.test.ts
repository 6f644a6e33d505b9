import { describe, expect, it, vi } from 'vitest';
import { LayerControl, type LayeredProducer } from './layer-control.ts';

/** A producer whose negotiations end on `finishNegotiation()`. */
class SlowProducer {
  closed = false;
  readonly applied: number[] = [];
  active = [true, true, true];
  keepsFailing = false;
  paused = false;
  readonly #pending: (() => void)[] = [];

  readonly rtpSender = {
    getParameters: () => ({ encodings: this.active.map((active) => ({ active })) }),
    setParameters: async ({ encodings }: { encodings: { active: boolean }[] }) => {
      this.active = encodings.map(({ active }) => active);
    },
  };

  pause(): void {
    this.paused = true;
  }

  resume(): void {
    this.paused = false;
  }

  setMaxSpatialLayer(layer: number): Promise<void> {
    return new Promise((resolve) => {
      this.#pending.push(() => {
        this.applied.push(layer);
        if (!this.keepsFailing) this.active = this.active.map((_, index) => index <= layer);
        resolve();
      });
    });
  }

  async finishNegotiation(): Promise<void> {
    // The sender is set before the negotiation starts.
    await new Promise((resolve) => setImmediate(resolve));
    this.#pending.shift()?.();
    await new Promise((resolve) => setImmediate(resolve));
  }
}

function createControl() {
  const producer = new SlowProducer();
  const onApplied = vi.fn();
  const control = new LayerControl(producer as unknown as LayeredProducer, onApplied);
  return { producer, control, onApplied };
}

describe('LayerControl', () => {
  it('applies one request at a time, and of those that arrive meanwhile only the last', async () => {
    const { producer, control, onApplied } = createControl();
    control.want(0);
    control.want(1);
    control.want(-1);
    control.want(2);
    await producer.finishNegotiation();
    await producer.finishNegotiation();
    expect(producer.applied).toEqual([0, 2]);
    expect(producer.active).toEqual([true, true, true]);
    expect(onApplied.mock.calls).toEqual([[0], [2]]);
  });

  it('makes the browser probe by what its highest layer may send for a moment', async () => {
    const allowed: (number | undefined)[] = [];
    let refused = 0;
    let encodings: RTCRtpEncodingParameters[] = [
      { active: true, maxBitrate: 100_000 },
      { active: false, maxBitrate: 500_000 },
    ];
    const rtpSender = {
      getParameters: () => structuredClone({ encodings }),
      setParameters: async (parameters: { encodings: RTCRtpEncodingParameters[] }) => {
        // As while a key frame is pending.
        if (allowed.length === 1 && refused++ === 0) throw new Error('refused');
        ({ encodings } = parameters);
        allowed.push(encodings[0]?.maxBitrate);
      },
    };
    new LayerControl({ closed: false, rtpSender } as unknown as LayeredProducer, () => {}).probe(310_000);
    await vi.waitFor(() => expect(allowed).toEqual([310_000, 100_000]));
    expect(encodings.map(({ active }) => active)).toEqual([true, false]);
  });

  it('keeps to what the uplink carries, whatever is wanted', async () => {
    const { producer, control, onApplied } = createControl();
    control.limit(1);
    await producer.finishNegotiation();
    control.want(2);
    control.want(0);
    await producer.finishNegotiation();
    control.want(2);
    await producer.finishNegotiation();
    control.limit(null);
    await producer.finishNegotiation();
    expect(onApplied.mock.calls).toEqual([[1], [0], [1], [2]]);
  });

  it('sends nothing until what the browser has queued is dropped, and then the layers that are left', async () => {
    const { producer, control } = createControl();
    const { promise: drained, resolve } = Promise.withResolvers<void>();
    control.limit(1, drained);
    expect(producer.paused).toBe(true);
    await producer.finishNegotiation();
    expect(producer).toMatchObject({ active: [true, true, false], paused: true });
    control.limit(0, drained);
    resolve();
    await drained;
    expect(producer.paused).toBe(true);
    await producer.finishNegotiation();
    expect(producer.active).toEqual([true, false, false]);
    await vi.waitFor(() => expect(producer.paused).toBe(false));
  });

  it('switches everything off and on again', async () => {
    const { producer, control } = createControl();
    control.want(-1);
    await producer.finishNegotiation();
    expect(producer.active).toEqual([false, false, false]);
    control.want(1);
    await producer.finishNegotiation();
    expect(producer.active).toEqual([true, true, false]);
  });

  it('sets the sender itself when the negotiation fails silently', async () => {
    const { producer, control } = createControl();
    producer.keepsFailing = true;
    control.want(0);
    await producer.finishNegotiation();
    expect(producer.active).toEqual([true, false, false]);
  });

  it('requests a key frame after setting the layers, because the sender rejects both at once', async () => {
    const { producer, control } = createControl();
    const given: unknown[] = [];
    const { setParameters } = producer.rtpSender;
    Object.assign(producer.rtpSender, {
      setParameters: (parameters: { encodings: { active: boolean }[] }, options?: { encodingOptions: unknown[] }) => {
        if (options) given.push(options.encodingOptions);
        return setParameters(parameters);
      },
    });
    control.want(1);
    control.requestKeyFrame();
    await new Promise((resolve) => setImmediate(resolve));
    expect(given).toEqual([]);
    await producer.finishNegotiation();
    expect(given).toEqual([[{ keyFrame: true }, { keyFrame: true }, { keyFrame: true }]]);
    control.requestKeyFrame();
    expect(given).toHaveLength(2);
  });

  it('retries setting the layers while the sender rejects it', async () => {
    const { producer, control, onApplied } = createControl();
    const { setParameters } = producer.rtpSender;
    let refusals = 3;
    Object.assign(producer.rtpSender, {
      setParameters: async (parameters: { encodings: { active: boolean }[] }) => {
        if (refusals-- > 0) throw new DOMException('Another call is under way', 'InvalidModificationError');
        await setParameters(parameters);
      },
    });
    producer.keepsFailing = true;
    control.want(0);
    await vi.waitFor(async () => {
      await producer.finishNegotiation();
      expect(onApplied.mock.calls).toEqual([[0]]);
    });
    expect(producer.active).toEqual([true, false, false]);
  });

  it('requests no key frame of an inactive encoder', async () => {
    const { producer, control } = createControl();
    control.want(-1);
    await producer.finishNegotiation();
    const setParameters = vi.spyOn(producer.rtpSender, 'setParameters');
    control.requestKeyFrame();
    await new Promise((resolve) => setImmediate(resolve));
    expect(setParameters).not.toHaveBeenCalled();
  });

  it('reports nothing for a producer that was closed meanwhile', async () => {
    const { producer, control, onApplied } = createControl();
    control.want(0);
    producer.closed = true;
    await producer.finishNegotiation();
    control.want(1);
    await producer.finishNegotiation();
    expect(onApplied).not.toHaveBeenCalled();
    expect(producer.applied).toEqual([0]);
  });
});
