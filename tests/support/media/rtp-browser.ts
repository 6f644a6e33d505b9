import { fileURLToPath } from 'node:url';
import type { Browser, Page } from 'playwright-core';
import type { SfuNode } from '../../../sfu/contract.ts';
import { launchSlowCamera } from '../browser/browser.ts';
import { BundledPage } from '../browser/page-bundle.ts';

/** Chromium pages that call the SFU contract through the test, so that real decoders check the media. */
export class StageBrowser implements AsyncDisposable {
  readonly #browser: Browser;
  readonly #url: string;
  readonly #stop: () => Promise<void>;

  static async open(): Promise<StageBrowser> {
    const served = await BundledPage.serve(fileURLToPath(new URL('rtp-browser-page.ts', import.meta.url)));
    const browser = await launchSlowCamera([
      // Loopback addresses instead of mDNS names in candidates.
      '--disable-features=WebRtcHideLocalIpsWithMdns',
      '--autoplay-policy=no-user-gesture-required',
    ]);
    const stop = async () => {
      await browser.close();
      await served[Symbol.asyncDispose]();
    };
    return new StageBrowser(browser, served.url, stop);
  }

  private constructor(browser: Browser, url: string, stop: () => Promise<void>) {
    this.#browser = browser;
    this.#url = url;
    this.#stop = stop;
  }

  /** A page in its own context that can call the node's methods and receives its events. */
  async page(node: SfuNode): Promise<Page> {
    const context = await this.#browser.newContext({ permissions: ['camera', 'microphone'] });
    const page = await context.newPage();
    await page.exposeFunction('sfuCall', async (method: keyof SfuNode, request: object) => {
      const call = node[method];
      if (typeof call !== 'function') throw new Error(`The contract has no method ${method}.`);
      // The page sends the method's request type; the contract suite tests malformed requests.
      return await (call as (request: object) => Promise<unknown>).call(node, request);
    });
    await page.goto(this.#url);
    await page.waitForFunction(() => window.stagePage !== undefined);
    const unsubscribe = node.on((event) => {
      page.evaluate((told) => window.stagePage.handleSfuEvent(told), event).catch(() => {});
    });
    page.once('close', unsubscribe);
    return page;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#stop();
  }
}
