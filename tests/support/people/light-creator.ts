/**
 * A creator with the SDK's connection and synthetic media. Like the SDK's publisher it resumes the session after a lost
 * socket, publishes again when the session has ended, and keeps two sessions while the first one's node drains.
 */
import { Connection } from '../../../client-sdk/client/connection/connection.ts';
import type { EventData, RequestAnswer, RequestInput } from '../../../server/protocol/realtime.ts';
import type { TransportOptions } from '../../../sfu/contract.ts';
import { RtpPublisher } from '../media/rtp-publisher.ts';

const RETRY_MS = 100;

interface Publishing {
  session: RequestAnswer<'stage:publish'>['session'];
  publisher: RtpPublisher;
}

export class LightCreator implements Disposable {
  readonly #connection: Connection;
  readonly #all: Publishing[] = [];
  #current: Publishing | undefined;

  static async goLive({ url, token }: { url: string; token: string }): Promise<LightCreator> {
    const creator = new LightCreator(url);
    await creator.#connection.connect(token);
    await creator.#publish();
    return creator;
  }

  private constructor(url: string) {
    this.#connection = new Connection({
      url,
      log: () => {},
      handlers: {
        onWelcome: (_welcome, isReconnect) => {
          if (isReconnect) void this.#resume();
        },
        onEvent: (name, data) => {
          if (name === 'stage:moveWanted' && this.#isCurrent(data)) void this.#publish();
          if (name === 'stage:sessionClosed') this.#handleClosed(data as EventData<'stage:sessionClosed'>);
          if (name === 'stage:keyFrameWanted') for (const { publisher } of this.#all) publisher.makeKeyFrame();
        },
        onReconnecting: () => {},
        onReconnected: () => {},
        onDisconnected: () => {},
        chatSince: () => undefined,
      },
    });
  }

  [Symbol.dispose](): void {
    this.#connection.close();
    for (const { publisher } of this.#all) publisher.close();
  }

  #isCurrent(data: unknown): boolean {
    return (data as { session: string }).session === this.#current?.session;
  }

  #handleClosed({ session }: EventData<'stage:sessionClosed'>): void {
    const closed = this.#all.find((each) => each.session === session);
    if (!closed) return;
    this.#all.splice(this.#all.indexOf(closed), 1);
    closed.publisher.close();
    if (closed === this.#current) void this.#publish();
  }

  async #resume(): Promise<void> {
    const session = this.#current?.session;
    if (!session) return;
    await this.#connection.request('stage:resume', { session }).catch(() => {
      if (this.#connection.state === 'connected') void this.#publish();
    });
  }

  async #publish(): Promise<void> {
    while (this.#connection.state === 'connected') {
      const publisher = new RtpPublisher({ layerBitratesBps: [150_000], pliPauseMs: 300 });
      try {
        const dtlsParameters = publisher.dtlsParameters as RequestInput<'stage:connect'>['dtlsParameters'];
        const { session, transport } = await this.#connection.request('stage:publish', { dtlsParameters });
        const rtpParameters = publisher.videoRtpParameters as RequestInput<'stage:produce'>['rtpParameters'];
        await this.#connection.request('stage:produce', { session, kind: 'video', source: 'camera', rtpParameters });
        await publisher.connect(transport as TransportOptions);
        this.#current = { session, publisher };
        this.#all.push(this.#current);
        return;
      } catch {
        publisher.close();
        await new Promise((resolve) => setTimeout(resolve, RETRY_MS));
      }
    }
  }
}
