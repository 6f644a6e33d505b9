import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { fileURLToPath } from 'node:url';
import { type Browser, chromium, type Page } from 'playwright-core';
import { build } from 'vite';
import type { SfuNode } from '../../sfu/contract.ts';

/** Chromium on pages that speak the SFU contract through the test, so that real decoders judge the media. */
export class StageBrowser implements AsyncDisposable {
  readonly #browser: Browser;
  readonly #url: string;
  readonly #stop: () => Promise<void>;

  static async open(executablePath: string): Promise<StageBrowser> {
    const script = await bundlePage();
    const server = createServer((_request, response) => {
      response.setHeader('content-type', 'text/html');
      response.end(`<!doctype html><meta charset="utf-8"><body><script type="module">${script}</script>`);
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    const browser = await chromium.launch({
      executablePath,
      args: [
        '--use-fake-ui-for-media-stream',
        '--use-fake-device-for-media-stream',
        // Loopback candidates as they are, without mDNS names.
        '--disable-features=WebRtcHideLocalIpsWithMdns',
        '--autoplay-policy=no-user-gesture-required',
      ],
    });
    const stop = async () => {
      await browser.close();
      server.close();
    };
    return new StageBrowser(browser, `http://localhost:${port}/`, stop);
  }

  private constructor(browser: Browser, url: string, stop: () => Promise<void>) {
    this.#browser = browser;
    this.#url = url;
    this.#stop = stop;
  }

  /** A page of its own context, with the node's methods to call and its events delivered. */
  async page(node: SfuNode): Promise<Page> {
    const context = await this.#browser.newContext({ permissions: ['camera', 'microphone'] });
    const page = await context.newPage();
    await page.exposeFunction('sfuCall', async (method: keyof SfuNode, request: object) => {
      const call = node[method];
      if (typeof call !== 'function') throw new Error(`The contract has no method ${method}.`);
      // The page gives a request of the method's type; the contract suite tests what happens when it does not.
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

async function bundlePage(): Promise<string> {
  const entry = fileURLToPath(new URL('rtp-browser-page.ts', import.meta.url));
  const result = await build({
    configFile: false,
    logLevel: 'error',
    build: { write: false, minify: false, modulePreload: false, rollupOptions: { input: entry } },
  });
  const [output] = Array.isArray(result) ? result : [result];
  if (!output || !('output' in output)) throw new Error('The page could not be bundled.');
  return output.output[0].code.replaceAll('</script', '<\\/script');
}
