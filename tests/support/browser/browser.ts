/**
 * Real Chromium for tests. Each visitor is a browser context that records received media, page errors and opened
 * dialogs. Only the camera and the microphone are fake.
 */
import { type Browser, type BrowserContext, chromium, type Page } from 'playwright-core';

/** Set by the test set-up; browser tests are skipped without it. */
export const CHROMIUM = process.env.LOGE_TEST_CHROMIUM ?? '';

export const PHONE = { width: 390, height: 844 } as const;
export const DESKTOP = { width: 1440, height: 900 } as const;
/** For visitors with a camera: to draw their preview costs half as much as on a desktop. */
const LAPTOP = { width: 1024, height: 640 } as const;

/** At Chromium's 20 frames a second, encoding three layers takes most of a core; at 5, a tenth of one. */
const SLOW_CAMERA = '--use-fake-device-for-media-stream=fps=5';
const MEDIA_ARGS = ['--use-fake-device-for-media-stream', '--use-fake-ui-for-media-stream'];
/** Longer than a user would wait: other tests may load the machine. */
const PATIENCE_MS = 30_000;
const PICTURE_TIMEOUT_MS = 5_000;

declare global {
  interface Window {
    /** Every peer connection of the page, in order. */
    logePeers: RTCPeerConnection[];
    logeLastFrameAtMs: number;
    /** When the house's fonts were drawn. This machine may lack those that stand in without moving anything. */
    logeFontsAtMs?: number;
  }
  /** Shared with `keep-failures.ts`, which must not load a browser for tests that need none. */
  var logeOpenVisitors: Set<Visitor> | undefined;
  var logeBeforeClose: ((visitor: Visitor) => Promise<void>) | undefined;
  var logeChromium: Promise<Browser> | undefined;
}

export interface VisitorOptions {
  locale?: string;
  viewport?: { width: number; height: number };
  devices?: boolean;
  touch?: boolean;
}

export interface SentLayer {
  rid: string;
  active: boolean;
  framesEncoded: number;
  width: number;
}

export function launchChromium(args: readonly string[] = []): Promise<Browser> {
  return chromium.launch({ executablePath: CHROMIUM || '/usr/bin/chromium', args: [...MEDIA_ARGS, ...args] });
}

/** For tests. A benchmark would measure the wait for the next frame of the slow camera. */
export function launchSlowCamera(args: readonly string[] = []): Promise<Browser> {
  return launchChromium([SLOW_CAMERA, ...args]);
}

/** One Chromium per worker process, closed with it: the test files of a process run one after the other. */
export function sharedChromium(): Promise<Browser> {
  globalThis.logeChromium ??= launchSlowCamera();
  return globalThis.logeChromium;
}

export class Visitor implements AsyncDisposable {
  readonly context: BrowserContext;
  readonly page: Page;
  /** Console errors (including content security policy violations) and uncaught exceptions. */
  readonly problems: string[] = [];
  /** Texts of `alert`, `confirm` and `prompt` dialogs, which only injected script would open. */
  readonly dialogs: string[] = [];
  /** Who signed in last by `open`. */
  identity = '';

  private constructor(context: BrowserContext, page: Page) {
    this.context = context;
    this.page = page;
    page.setDefaultTimeout(PATIENCE_MS);
    page.on('pageerror', (error) => this.problems.push(`${error.name}: ${error.message}`));
    page.on('console', (message) => {
      if (message.type() === 'error') this.problems.push(`${message.text()} (${message.location().url})`);
    });
    page.on('dialog', (dialog) => {
      this.dialogs.push(dialog.message());
      void dialog.dismiss();
    });
  }

  static async create(options: VisitorOptions = {}): Promise<Visitor> {
    const browser = await sharedChromium();
    const { locale = 'en-GB', devices = false, viewport = devices ? LAPTOP : DESKTOP, touch = false } = options;
    const context = await browser.newContext({
      locale,
      viewport,
      hasTouch: touch,
      // Animations cost a twentieth of the CPU of the browser suites.
      reducedMotion: 'reduce',
      permissions: devices ? ['camera', 'microphone'] : [],
    });
    await context.addInitScript(recordPeers);
    await context.addInitScript(recordFonts);
    // Steps and requests only: screenshots would cost more than the tests.
    await context.tracing.start({ screenshots: false, snapshots: false });
    await context.tracing.startChunk();
    const visitor = new Visitor(context, await context.newPage());
    globalThis.logeOpenVisitors ??= new Set();
    globalThis.logeOpenVisitors.add(visitor);
    return visitor;
  }

  by(testId: string) {
    return this.page.getByTestId(testId);
  }

  /** Sets a marker that a navigation would remove; `isSameDocument` checks for it. */
  async markDocument(): Promise<void> {
    await this.page.evaluate(() => {
      document.documentElement.dataset.marked = 'yes';
    });
  }

  async isSameDocument(): Promise<boolean> {
    return this.page.evaluate(() => document.documentElement.dataset.marked === 'yes');
  }

  /**
   * Counts the peer connections that connected to a server (others only query codecs), and what the open ones received.
   */
  async received(): Promise<{ connections: number; framesDecoded: number; width: number; bytes: number }> {
    return this.page.evaluate(async () => {
      const connections = window.logePeers.filter(({ remoteDescription }) => remoteDescription !== null).length;
      const sum = { connections, framesDecoded: 0, width: 0, bytes: 0 };
      for (const peer of window.logePeers) {
        if (peer.connectionState === 'closed') continue;
        const report = (await peer.getStats()) as unknown as Map<string, RTCInboundRtpStreamStats>;
        for (const stat of report.values()) {
          if (stat.type !== 'inbound-rtp') continue;
          sum.bytes += stat.bytesReceived ?? 0;
          if (stat.kind !== 'video') continue;
          sum.framesDecoded += stat.framesDecoded ?? 0;
          sum.width = Math.max(sum.width, stat.frameWidth ?? 0);
        }
      }
      return sum;
    });
  }

  /** Simulcast layers from the browser's statistics, lowest first. */
  async sent(): Promise<SentLayer[]> {
    return this.page.evaluate(async () => {
      const layers: SentLayer[] = [];
      for (const peer of window.logePeers) {
        if (peer.connectionState === 'closed') continue;
        const report = (await peer.getStats()) as unknown as Map<string, Record<string, unknown>>;
        for (const stat of report.values()) {
          if (stat.type !== 'outbound-rtp' || typeof stat.rid !== 'string') continue;
          const { rid, active, framesEncoded, frameWidth } = stat;
          layers.push({
            rid,
            active: active === true,
            framesEncoded: Number(framesEncoded ?? 0),
            width: Number(frameWidth ?? 0),
          });
        }
      }
      return layers.sort((left, right) => left.rid.localeCompare(right.rid));
    });
  }

  /** Starts recording when the stage last showed a new frame. */
  async watchFrames(): Promise<void> {
    await this.by('stage-video').evaluate((video: HTMLVideoElement) => {
      const note = () => {
        window.logeLastFrameAtMs = Date.now();
        video.requestVideoFrameCallback(note);
      };
      video.requestVideoFrameCallback(note);
    });
  }

  async lastFrameAtMs(): Promise<number> {
    return this.page.evaluate(() => window.logeLastFrameAtMs);
  }

  /** Saves a screenshot and a trace for Playwright's viewer. */
  async keepEvidence(path: string): Promise<void> {
    await this.page.screenshot({ path: `${path}.png`, timeout: PICTURE_TIMEOUT_MS });
    await this.context.tracing.stopChunk({ path: `${path}.zip` });
    await this.context.tracing.startChunk();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (!globalThis.logeOpenVisitors?.delete(this)) return;
    await globalThis.logeBeforeClose?.(this);
    await this.context.close();
  }
}

/** Runs in the page before any of its scripts. */
function recordPeers(): void {
  const Native = window.RTCPeerConnection;
  window.logePeers = [];
  window.RTCPeerConnection = class extends Native {
    constructor(configuration?: RTCConfiguration) {
      super(configuration);
      window.logePeers.push(this);
    }
  };
}

function recordFonts(): void {
  document.fonts.addEventListener('loadingdone', () =>
    requestAnimationFrame(() =>
      requestAnimationFrame(() => {
        window.logeFontsAtMs = performance.now();
      }),
    ),
  );
}
