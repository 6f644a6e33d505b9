/** A house that stops while people are connected whose connections do not end: all of its parts close nevertheless. */
import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { connect } from 'node:net';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { startApp, type TestApp } from '../../support/houses/app.ts';
import { basicOf } from '../../support/people/basic.ts';
import { signToken, WireFan } from '../../support/people/wire-fan.ts';

/** Less than ws waits for a close frame, and less than `main.ts` for the close. */
const WAIT = { timeout: 12_000 };

let loge: TestApp;

beforeAll(async () => {
  loge = await startApp();
});
afterAll(() => loge[Symbol.asyncDispose]());

test('neither a viewer who is gone without a word nor a request without an end holds up the close', async () => {
  const { context, port } = loge.app;
  const { id: room } = await loge.createRoom({ kind: 'free' });
  const auth = { token: signToken({ identity: 'gone', room }) };
  const gone = await WireFan.connect({ url: loge.url, auth, onEvent: () => {} });
  // Reads no close frame, so it answers none.
  gone.ws.pause();

  const onRequest = vi.fn();
  subscribe('http.server.request.start', onRequest);
  const endless = connect(port, '127.0.0.1');
  endless.on('error', () => {});
  const { apiKey, apiSecret } = context.config;
  endless.write(
    [
      'POST /v1/tokens HTTP/1.1',
      'host: localhost',
      `authorization: ${basicOf(apiKey, apiSecret)}`,
      'content-type: application/json',
      'content-length: 100',
      '',
      '',
    ].join('\r\n'),
  );
  await vi.waitFor(() => expect(onRequest).toHaveBeenCalled(), WAIT);
  unsubscribe('http.server.request.start', onRequest);

  const closeDatabase = vi.spyOn(context.db, 'close');
  let isClosed = false;
  void loge.app.close().then(() => {
    isClosed = true;
  });
  try {
    await vi.waitFor(() => expect(isClosed).toBe(true), WAIT);
    expect(closeDatabase).toHaveBeenCalledOnce();
  } finally {
    gone.drop();
    endless.destroy();
  }
});
