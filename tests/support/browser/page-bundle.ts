import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { build } from 'vite';

/** A page on its own origin whose script is a bundled TypeScript file of the tests. */
export class BundledPage implements AsyncDisposable {
  readonly url: string;
  readonly #close: () => void;

  static async serve(entry: string): Promise<BundledPage> {
    const script = await bundle(entry);
    const server = createServer((_request, response) => {
      response.setHeader('content-type', 'text/html');
      response.end(`<!doctype html><meta charset="utf-8"><body><script type="module">${script}</script>`);
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    return new BundledPage(`http://localhost:${port}/`, () => {
      server.close();
      server.closeAllConnections();
    });
  }

  private constructor(url: string, close: () => void) {
    this.url = url;
    this.#close = close;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#close();
  }
}

async function bundle(entry: string): Promise<string> {
  const result = await build({
    configFile: false,
    logLevel: 'error',
    build: {
      write: false,
      minify: false,
      modulePreload: false,
      rolldownOptions: { input: entry, output: { codeSplitting: false } },
    },
  });
  const [output] = Array.isArray(result) ? result : [result];
  if (!output || !('output' in output)) throw new Error('The page could not be bundled.');
  return output.output[0].code.replaceAll('</script', '<\\/script');
}
