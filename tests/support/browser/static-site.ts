/** A built site on an origin of its own, with what its server answers besides files. */

import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { extname, join } from 'node:path';

const TYPES: Record<string, string> = { '.html': 'text/html', '.js': 'text/javascript', '.css': 'text/css' };

export interface StaticSite extends AsyncDisposable {
  url: string;
}

/** `answers` are texts by path, asked before the files of `folder`; `policy` is sent with every answer. */
export async function serveSite(
  folder: string,
  { answers, policy }: { answers: Record<string, (url: URL) => Promise<string>>; policy: string },
): Promise<StaticSite> {
  const server = createServer(async (request, response) => {
    const url = new URL(request.url ?? '/', 'http://localhost');
    const file = join(folder, url.pathname === '/' ? 'index.html' : url.pathname);
    const body = await (answers[url.pathname]?.(url) ?? readFile(file)).catch(() => undefined);
    response.writeHead(body === undefined ? 404 : 200, {
      'content-security-policy': policy,
      'content-type': TYPES[extname(file)] ?? 'text/plain',
    });
    response.end(body);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://localhost:${(server.address() as AddressInfo).port}`,
    async [Symbol.asyncDispose]() {
      server.close();
      server.closeAllConnections();
    },
  };
}
