import { Resolver } from 'node:dns/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, test, vi } from 'vitest';
import { WebhookSender } from '../../webhooks/webhook-sender.ts';
import { AddressGuard, isPublicAddress } from './address-guard.ts';

const refused = expect.objectContaining({ code: 'webhook_url_not_allowed' });

test('only addresses of the public Internet are public', () => {
  const inside = [
    '0.0.0.0 10.1.2.3 100.64.0.1 127.0.0.1 127.255.0.1 169.254.169.254 172.16.0.1 172.31.255.255 192.168.1.1 198.18.0.1',
    '224.0.0.1 255.255.255.255 :: ::1 ::ffff:127.0.0.1 ::ffff:10.0.0.1 64:ff9b::7f00:1 fe80::1 fc00::1 fd12::1 ff02::1',
    '2001:db8::1 2002:7f00:1::1 100::1 fec0::1 not-an-address',
  ];
  for (const address of inside.join(' ').split(' '))
    expect([address, isPublicAddress(address)]).toEqual([address, false]);
  for (const address of ['1.1.1.1', '172.32.0.1', '93.184.216.34', '2606:4700::1111', '2a00:1450:4007::1']) {
    expect([address, isPublicAddress(address)]).toEqual([address, true]);
  }
});

test('production needs a public https address without credentials; development accepts localhost', () => {
  const guard = new AddressGuard({ isOpen: false });
  const faults = [
    'http://club.example/events',
    'ftp://club.example/events',
    'https://user:secret@club.example/',
    'https://127.0.0.1/',
    'https://2130706433/',
    'https://0x7f.1/',
    'https://[::1]/',
    'https://[::ffff:10.0.0.1]/',
    'https://169.254.169.254/latest/meta-data',
    'https://localhost/',
    'https://redis/',
    'https://printer.local/',
    'https://metadata.google.internal/',
    'no address',
  ];
  for (const url of faults) expect(() => guard.parseUrl(url), url).toThrow(refused);
  expect(guard.parseUrl('https://club.example:8443/loge?x=1').href).toBe('https://club.example:8443/loge?x=1');
  const open = new AddressGuard({ isOpen: true });
  expect(open.parseUrl('http://localhost:4000/events').port).toBe('4000');
  expect(() => open.parseUrl('file:///etc/passwd')).toThrow(refused);
  expect(() => open.parseUrl('http://user@localhost/')).toThrow(refused);
});

const resolveTo =
  (...addresses: string[]) =>
  (_host: string, _options: unknown, callback: (error: null, found: { address: string; family: number }[]) => void) =>
    callback(
      null,
      addresses.map((address) => ({ address, family: address.includes(':') ? 6 : 4 })),
    );

test('refuses a name that resolves to a private address, even if another of its addresses is public', async () => {
  for (const addresses of [['127.0.0.1'], ['93.184.216.34', '10.0.0.1'], ['::1'], []]) {
    const sender = new WebhookSender(new AddressGuard({ isOpen: false, resolve: resolveTo(...addresses) }), 500);
    const result = await sender.send('https://club.example/events', '{}', {});
    expect(result).toMatchObject({ status: null, error: expect.stringContaining('ERR_ADDRESS_NOT_ALLOWED') });
    sender.close();
  }
});

test('production asks the name servers, not the lookup of the system, which blocks a thread', async () => {
  using v4 = vi.spyOn(Resolver.prototype, 'resolve4').mockResolvedValue(['93.184.216.34']);
  using v6 = vi.spyOn(Resolver.prototype, 'resolve6').mockRejectedValue(new Error('It has none'));
  const guard = new AddressGuard({ isOpen: false });
  const resolve = () =>
    new Promise((done) => guard.lookup('club.example', { all: true }, (error, found) => done(error ?? found)));
  expect(await resolve()).toEqual([{ address: '93.184.216.34', family: 4 }]);
  v6.mockResolvedValue(['fd12::1']);
  expect(await resolve()).toMatchObject({ code: 'ERR_ADDRESS_NOT_ALLOWED' });
  v4.mockRejectedValue(new Error('Nobody answers'));
  v6.mockRejectedValue(new Error('Nobody answers'));
  expect(await resolve()).toMatchObject({ message: 'Nobody answers' });
});

test('connects to the address that was checked', async () => {
  const server = createServer((request, response) => response.writeHead(request.headers.host ? 204 : 500).end());
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  let lookups = 0;
  const guard = new AddressGuard({
    isOpen: true,
    resolve: (host, options, callback) => {
      lookups += 1;
      // Every other answer leads elsewhere: a name looked up again between check and use would miss the server.
      resolveTo(lookups % 2 === 1 ? '127.0.0.1' : '127.0.0.9')(host, options, callback as never);
    },
  });
  const sender = new WebhookSender(guard, 2_000);
  expect(await sender.send(`http://club.example:${port}/`, '{}', {})).toMatchObject({ status: 204, error: null });
  expect(lookups).toBe(1);
  sender.close();
  server.closeAllConnections();
  server.close();
});
