import { describe, expect, it, vi } from 'vitest';
import { LayerControl, type LayeredProducer } from './layer-control.ts';

/** A producer whose negotiations end when the test says so. */
class SlowProducer {
  closed = false;
  readonly applied: number[] = [];
  active = [true, true, true];
  keepsFailing = false;
  readonly #pending: (() => void)[] = [];

  readonly rtpSender = {
    getParameters: () => ({ encodings: this.active.map((active) => ({ active })) }),
    setParameters: async ({ encodings }: { encodings: { active: boolean }[] }) => {
      this.active = encodings.map(({ active }) => active);
    },
  };

  setMaxSpatialLayer(layer: number): Promise<void> {
    return new Promise((resolve) => {
      this.#pending.push(() => {
        this.applied.push(layer);
        if (!this.keepsFailing) this.active = this.active.map((_, index) => index <= layer);
        resolve();
      });
    });
  }

  async settle(): Promise<void> {
    // The sender is set before the negotiation begins.
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
  it('applies one wish at a time, and of those that came meanwhile only the last', async () => {
    const { producer, control, onApplied } = createControl();
    control.want(0);
    control.want(1);
    control.want(-1);
    control.want(2);
    await producer.settle();
    await producer.settle();
    expect(producer.applied).toEqual([0, 2]);
    expect(producer.active).toEqual([true, true, true]);
    expect(onApplied.mock.calls).toEqual([[0], [2]]);
  });

  it('switches everything off and on again', async () => {
    const { producer, control } = createControl();
    control.want(-1);
    await producer.settle();
    expect(producer.active).toEqual([false, false, false]);
    control.want(1);
    await producer.settle();
    expect(producer.active).toEqual([true, true, false]);
  });

  it('sets the sender itself when the negotiation failed silently', async () => {
    const { producer, control } = createControl();
    producer.keepsFailing = true;
    control.want(0);
    await producer.settle();
    expect(producer.active).toEqual([true, false, false]);
  });

  it('gives a key frame when the layers are set, as both at once would be refused', async () => {
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
    control.giveKeyFrame();
    await new Promise((resolve) => setImmediate(resolve));
    expect(given).toEqual([]);
    await producer.settle();
    expect(given).toEqual([[{ keyFrame: true }, { keyFrame: true }, { keyFrame: true }]]);
    control.giveKeyFrame();
    expect(given).toHaveLength(2);
  });

  it('sets the layers again when the sender was giving a key frame and refused', async () => {
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
      await producer.settle();
      expect(onApplied.mock.calls).toEqual([[0]]);
    });
    expect(producer.active).toEqual([true, false, false]);
  });

  it('asks no resting encoder for a key frame', async () => {
    const { producer, control } = createControl();
    control.want(-1);
    await producer.settle();
    const setParameters = vi.spyOn(producer.rtpSender, 'setParameters');
    control.giveKeyFrame();
    await new Promise((resolve) => setImmediate(resolve));
    expect(setParameters).not.toHaveBeenCalled();
  });

  it('says nothing of a producer that was closed meanwhile', async () => {
    const { producer, control, onApplied } = createControl();
    control.want(0);
    producer.closed = true;
    await producer.settle();
    control.want(1);
    await producer.settle();
    expect(onApplied).not.toHaveBeenCalled();
    expect(producer.applied).toEqual([0]);
  });
});
