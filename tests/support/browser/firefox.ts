/**
 * Real Firefox, as a person has it but for a fake camera, over WebDriver BiDi (W3C), which it speaks itself. For the
 * few tests of what differs from Chromium.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { eventually } from '../run/eventually.ts';

/** Set by the test set-up with `--long`. */
export const FIREFOX = process.env.LOGE_TEST_FIREFOX ?? '';

const PREFERENCES = {
  'media.navigator.streams.fake': true,
  'media.navigator.permission.disabled': true,
  'media.autoplay.default': 0,
  // Nothing of its own over the network.
  'app.normandy.enabled': false,
  'app.update.enabled': false,
  'browser.safebrowsing.malware.enabled': false,
  'browser.safebrowsing.phishing.enabled': false,
  'datareporting.policy.dataSubmissionEnabled': false,
  'media.gmp-manager.updateEnabled': false,
  'network.captive-portal-service.enabled': false,
  'network.connectivity-service.enabled': false,
  'services.settings.server': 'http://127.0.0.1:1/',
  'toolkit.telemetry.enabled': false,
};

interface Message {
  id?: number;
  type: 'success' | 'error' | 'event';
  method?: string;
  params?: { level?: string; text?: string };
  result?: unknown;
  message?: string;
}

export class Firefox implements AsyncDisposable {
  /** Errors in the consoles of all pages. */
  readonly problems: string[] = [];
  readonly #process: ChildProcess;
  readonly #profile: string;
  readonly #socket: WebSocket;
  readonly #waiting = new Map<number, PromiseWithResolvers<unknown>>();
  #sent = 0;

  private constructor(process: ChildProcess, profile: string, socket: WebSocket) {
    this.#process = process;
    this.#profile = profile;
    this.#socket = socket;
    socket.onmessage = ({ data }) => this.#handle(JSON.parse(String(data)) as Message);
  }

  static async launch(): Promise<Firefox> {
    const profile = await mkdtemp(join(tmpdir(), 'loge-firefox-'));
    const lines = Object.entries(PREFERENCES).map(
      (preference) => `user_pref(${JSON.stringify(preference).slice(1, -1)});`,
    );
    await writeFile(join(profile, 'user.js'), lines.join('\n'));
    const options = ['--headless', '--no-remote', '--profile', profile, '--remote-debugging-port', '0'];
    const firefox = spawn(FIREFOX, options, {
      stdio: ['ignore', 'ignore', 'pipe'],
      env: { ...process.env, HOME: profile },
    });
    let url: string | undefined;
    for await (const line of createInterface({ input: firefox.stderr })) {
      url = /WebDriver BiDi listening on (ws:\S+)/.exec(line)?.[1];
      if (url) break;
    }
    if (!url) throw new Error('Firefox did not start.');
    firefox.stderr.resume();
    const socket = new WebSocket(`${url}/session`);
    await once(socket, 'open');
    const started = new Firefox(firefox, profile, socket);
    await started.ask('session.new', { capabilities: {} });
    await started.ask('session.subscribe', { events: ['log.entryAdded'] });
    return started;
  }

  /** Sends a command, and answers with its result. */
  ask<T>(method: string, params: object): Promise<T> {
    this.#sent += 1;
    const waiting = Promise.withResolvers<unknown>();
    this.#waiting.set(this.#sent, waiting);
    this.#socket.send(JSON.stringify({ id: this.#sent, method, params }));
    return waiting.promise as Promise<T>;
  }

  /** A page with cookies of its own, in a window, since Firefox shows no video in a tab behind another. */
  async open(url: string): Promise<FirefoxPage> {
    const { userContext } = await this.ask<{ userContext: string }>('browser.createUserContext', {});
    const { context } = await this.ask<{ context: string }>('browsingContext.create', { type: 'window', userContext });
    const page = new FirefoxPage(this, context);
    await page.goto(url);
    return page;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#process.kill('SIGKILL');
    await once(this.#process, 'exit');
    await rm(this.#profile, { recursive: true, force: true });
  }

  #handle({ id, type, method, params, result, message }: Message): void {
    if (method === 'log.entryAdded' && params?.level === 'error') this.problems.push(params.text ?? '');
    if (id === undefined) return;
    const waiting = this.#waiting.get(id);
    this.#waiting.delete(id);
    if (type === 'error') waiting?.reject(new Error(message));
    else waiting?.resolve(result);
  }
}

export class FirefoxPage {
  readonly #firefox: Firefox;
  readonly #context: string;

  constructor(firefox: Firefox, context: string) {
    this.#firefox = firefox;
    this.#context = context;
  }

  async goto(url: string): Promise<void> {
    await this.#firefox.ask('browsingContext.navigate', { context: this.#context, url, wait: 'complete' });
  }

  /** Signs in on the open site. */
  async signIn(identity: string): Promise<void> {
    const status = await this.evaluate<number>(`fetch('/site/demo-sign-in', {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ identity: ${JSON.stringify(identity)} }),
    }).then(({ status }) => status)`);
    if (status >= 400) throw new Error(`${identity} could not sign in: ${status}`);
  }

  /** The value of an expression in the page, awaited; of JSON. */
  async evaluate<T>(expression: string): Promise<T> {
    const { result, exceptionDetails } = await this.#firefox.ask<{
      result?: { value?: string };
      exceptionDetails?: { text: string };
    }>('script.callFunction', {
      functionDeclaration: `async () => JSON.stringify(await (${expression}))`,
      target: { context: this.#context },
      awaitPromise: true,
    });
    if (!result) throw new Error(exceptionDetails?.text);
    return result.value === undefined ? (undefined as T) : (JSON.parse(result.value) as T);
  }

  /** Presses and releases the mouse on an element, once it is there. */
  async click(testId: string): Promise<void> {
    const { x, y } = await eventually(() => this.evaluate<{ x: number; y: number } | null>(placeOf(testId)), testId);
    const actions = [
      { type: 'pointerMove', x, y },
      ...['pointerDown', 'pointerUp'].map((type) => ({ type, button: 0 })),
    ];
    const mouse = { type: 'pointer', id: 'mouse', actions };
    await this.#firefox.ask('input.performActions', { context: this.#context, actions: [mouse] });
  }

  /** Whether a video shows a picture that moves. */
  isPlaying(testId: string): Promise<boolean> {
    return this.evaluate<boolean>(`(async () => {
      const video = ${elementOf(testId)};
      if (!video || video.paused || !video.videoWidth) return false;
      const frame = () => new Promise((resolve) => video.requestVideoFrameCallback(resolve));
      const late = new Promise((resolve) => setTimeout(resolve, 2_000));
      return Promise.race([frame().then(frame).then(() => true), late.then(() => false)]);
    })()`);
  }
}

/** Searches open shadow roots too. */
function elementOf(testId: string): string {
  return `((find) => find(find, document))((find, root) => {
    const found = root.querySelector('[data-testid="${testId}"]');
    if (found) return found;
    for (const { shadowRoot } of root.querySelectorAll('*')) {
      const deeper = shadowRoot && find(find, shadowRoot);
      if (deeper) return deeper;
    }
    return null;
  })`;
}

function placeOf(testId: string): string {
  return `(() => {
    const element = ${elementOf(testId)};
    if (!element?.checkVisibility()) return null;
    element.scrollIntoView({ block: 'nearest' });
    const { x, y, width, height } = element.getBoundingClientRect();
    return { x: Math.round(x + width / 2), y: Math.round(y + height / 2) };
  })()`;
}
