import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { SETTINGS } from '../infra/checks/environment.ts';
import { ConfigError, DEVELOPMENT_API_SECRET, parseConfig } from './config.ts';
import { CURRENCIES } from './protocol/money/currencies.ts';

const faultsOf = (env: Record<string, string>) => {
  try {
    parseConfig(env);
    return [];
  } catch (error) {
    if (error instanceof ConfigError) return error.faults;
    throw error;
  }
};

test("the server's page names every variable", () => {
  const read = (file: string) => readFileSync(new URL(`../${file}`, import.meta.url), 'utf8');
  const sources = Object.values(SETTINGS).flat().map(read).join('\n');
  const page = read('server/README.md');
  const names = new Set(sources.match(/\b(?:LOGE|DATABASE|REDIS|STRIPE)_[A-Z_]*[A-Z]\b/g));
  expect(names.size).toBeGreaterThan(50);
  expect([...names].filter((name) => !page.includes(`\`${name}\``))).toEqual([]);
});

test('development needs nothing', () => {
  const config = parseConfig({});
  expect(config).toMatchObject({
    host: '127.0.0.1',
    port: 3000,
    publicUrl: 'http://localhost:3000',
    apiKey: 'devkey',
    development: true,
  });
  expect(Object.isFrozen(config)).toBe(true);
});

test('production refuses every development default, all of them named in one message', () => {
  const faults = faultsOf({ NODE_ENV: 'production', LOGE_API_KEY: 'devkey', LOGE_API_SECRET: DEVELOPMENT_API_SECRET });
  for (const name of [
    'DATABASE_URL',
    'STRIPE_SECRET_KEY',
    'STRIPE_WEBHOOK_SECRET',
    'LOGE_API_KEY',
    'LOGE_API_SECRET',
    'LOGE_ENCRYPTION_KEY',
    'LOGE_PUBLIC_URL',
    'LOGE_ALLOWED_ORIGINS',
    'LOGE_SFU_LISTEN_IP',
    'LOGE_SFU_ANNOUNCED_ADDRESS',
    'LOGE_SFU_PORT',
    'LOGE_SFU_SECRET',
  ]) {
    expect(faults.filter((fault) => fault.startsWith(`${name}:`))).toHaveLength(1);
  }
});

test('a live key and a development secret do not go together', () => {
  const STRIPE_SECRET_KEY = ['sk', 'live', 'never'].join('_');
  expect(faultsOf({ STRIPE_SECRET_KEY, STRIPE_WEBHOOK_SECRET: 'whsec_x' })).toEqual([
    expect.stringMatching(/^NODE_ENV: must be `production`/),
  ]);
  expect(faultsOf({ NODE_ENV: 'production', LOGE_SFU_SECRET: String(parseConfig({}).sfu.secrets[0]) })).toContainEqual(
    expect.stringMatching(/^LOGE_SFU_SECRET: the development secret/),
  );
  expect(faultsOf({ LOGE_SFU_SECRET: `x,${'y'.repeat(40)}` })).toEqual([expect.stringMatching(/^LOGE_SFU_SECRET: /)]);
});

test('faults of different kinds are named together', () => {
  const faults = faultsOf({ PORT: '99999', DATABASE_URL: 'mysql://x', LOGE_TURN_URLS: 'turn:x' });
  expect(faults.map((fault) => fault.split(':')[0])).toEqual(['PORT', 'DATABASE_URL', 'LOGE_TURN_SECRET']);
});

test('a TURN server is named by a turn: or turns: URL', () => {
  const turn = (urls: string) => faultsOf({ LOGE_TURN_URLS: urls, LOGE_TURN_SECRET: 'x' });
  expect(turn('turn:turn.example:3478?transport=udp,turns:[2001:db8::1]:5349')).toEqual([]);
  for (const wrong of ['turn.example:3478', 'turn://turn.example', 'stun:turn.example', 'turn:a.example,b.example'])
    expect(turn(wrong)).toEqual([expect.stringMatching(/^LOGE_TURN_URLS: .*turn:/)]);
});

test('allowed origins are kept as browsers send them, and what is no origin is refused', () => {
  const origins = (given: string) => parseConfig({ LOGE_ALLOWED_ORIGINS: given }).allowedOrigins;
  expect(origins('https://Club.example/, https://a.example:443,http://b.example:8080')).toEqual([
    'https://club.example',
    'https://a.example',
    'http://b.example:8080',
  ]);
  expect(origins('capacitor://localhost')).toEqual(['capacitor://localhost']);
  expect(origins('none')).toEqual([]);
  for (const wrong of ['club.example', 'https://club.example/shop', 'https://*.club.example', 'localhost:3000'])
    expect(faultsOf({ LOGE_ALLOWED_ORIGINS: wrong })).toEqual([expect.stringMatching(/^LOGE_ALLOWED_ORIGINS: /)]);
});

test('production has accounts with LOGE_SITE=on only, which wants a mail server; the names of built-in keys are taken', () => {
  expect(parseConfig({}).hasSite).toBe(true);
  expect(parseConfig({ LOGE_SITE: 'off' }).hasSite).toBe(false);
  const faults = faultsOf({ NODE_ENV: 'production', LOGE_SITE: 'on', LOGE_API_KEY: 'site' });
  expect(faults).toContainEqual(expect.stringMatching(/^LOGE_SMTP_URL: .*LOGE_SITE=on/));
  // Together, so that one needs no second start to learn of the other.
  expect(faults.filter((fault) => fault.startsWith('LOGE_MAIL_FROM'))).toHaveLength(1);
  expect(() => parseConfig({ NODE_ENV: 'production' })).toThrow(/LOGE_SITE=on/);
  expect(() => parseConfig({ NODE_ENV: 'production', LOGE_SITE: 'off' })).not.toThrow(/LOGE_SITE=on/);
  expect(faults).toContainEqual(expect.stringMatching(/^LOGE_API_KEY: `site` is the name of another key/));
});

test('an empty variable is an absent one', () => {
  expect(parseConfig({ PORT: '', DATABASE_URL: '' }).port).toBe(3000);
});

test('adult content is refused with Stripe, and the message says why', () => {
  expect(faultsOf({ CONTENT_POLICY: 'adult' })).toEqual([expect.stringMatching(/^CONTENT_POLICY: Stripe.*adult/)]);
  expect(parseConfig({ CONTENT_POLICY: 'standard', WALLET_MODE: 'off', LOGE_HOUSE_COUNTRY: 'DE' })).toMatchObject({
    walletMode: 'off',
    houseCountry: 'DE',
  });
  expect(faultsOf({ WALLET_MODE: 'maybe' })).toHaveLength(1);
});

test('Redis wants a Postgres beside it, and a gateway among several wants both', () => {
  const DATABASE_URL = 'postgres://loge@db/loge';
  expect(faultsOf({ REDIS_URL: 'redis://cache' })).toEqual([
    expect.stringMatching(/^DATABASE_URL: needed with REDIS_URL/),
  ]);
  expect(faultsOf({ REDIS_URL: 'redis://a,b', DATABASE_URL })).toEqual([
    expect.stringMatching(/^REDIS_URL: .*several hosts/),
  ]);
  for (const REDIS_URL of [
    'redis://cache',
    'rediss://:p@cache:6380/1',
    'redis+sentinel://a,b/loge',
    'redis+cluster://a,b',
  ]) {
    expect(parseConfig({ REDIS_URL, DATABASE_URL }).redisUrl).toBe(REDIS_URL);
  }
  expect(() => parseConfig({ DATABASE_URL }, 'gateway')).toThrow(/REDIS_URL: needed to run one gateway of several/);
  expect(parseConfig({ DATABASE_URL, REDIS_URL: 'redis://cache' }, 'gateway').databaseUrl).toBe(DATABASE_URL);
});

test('rates of VAT come from a file of the operator, which is checked at the start', () => {
  const path = join(mkdtempSync(join(tmpdir(), 'loge-vat-')), 'rates.json');
  writeFileSync(path, '{"FR": 2000, "CH": 810}');
  expect(parseConfig({ LOGE_VAT_RATES: path }).vatRates).toEqual({ FR: 2_000, CH: 810 });
  expect(parseConfig({}).vatRates).toBeUndefined();
  for (const text of ['{"France": 2000}', '{"FR": 20.5}', '{"FR": -1}', '{"FR": 10001}', '[]', 'FR=2000']) {
    writeFileSync(path, text);
    expect([text, faultsOf({ LOGE_VAT_RATES: path })]).toEqual([text, [expect.stringMatching(/^LOGE_VAT_RATES: /)]]);
  }
  expect(faultsOf({ LOGE_VAT_RATES: join(path, 'nowhere') })).toEqual([expect.stringContaining('cannot be read')]);
});

test('numbers that help in danger come from a file of the operator, each with its source', () => {
  const path = join(mkdtempSync(join(tmpdir(), 'loge-help-')), 'help.json');
  const name = { en: 'Children in danger', fr: 'Enfance en danger' };
  const contact = { name, number: '119', source: 'https://www.example.gouv.fr/119' };
  writeFileSync(path, JSON.stringify({ FR: [contact] }));
  expect(parseConfig({ LOGE_HELP_CONTACTS: path }).helpContacts).toEqual({ FR: [contact] });
  expect(parseConfig({}).helpContacts).toEqual({});
  const { source: _, ...unsourced } = contact;
  for (const wrong of [
    { FR: [unsourced] },
    { France: [contact] },
    { FR: [{ ...contact, number: 'call us' }] },
    { FR: [{ ...contact, name: 'Children' }] },
    { FR: [{ ...contact, source: 'javascript:alert(1)' }] },
  ]) {
    writeFileSync(path, JSON.stringify(wrong));
    expect(faultsOf({ LOGE_HELP_CONTACTS: path })).toEqual([expect.stringMatching(/^LOGE_HELP_CONTACTS: /)]);
  }
});

test('the time zone has an IANA name', () => {
  const zoneOf = (LOGE_TIME_ZONE: string) => parseConfig({ LOGE_TIME_ZONE }).timeZone;
  expect([zoneOf(''), zoneOf('Europe/Paris'), zoneOf('europe/paris')]).toEqual(['UTC', 'Europe/Paris', 'Europe/Paris']);
  for (const LOGE_TIME_ZONE of ['Paris', 'Europe/Pariss', '+02:00', 'UTC+1', 'heure de Paris']) {
    expect([LOGE_TIME_ZONE, faultsOf({ LOGE_TIME_ZONE })]).toEqual([
      LOGE_TIME_ZONE,
      [expect.stringMatching(/^LOGE_TIME_ZONE: must be the name of an IANA time zone, such as `Europe\/Paris`/)],
    ]);
  }
});

test('mail has a server and a sender, and a fault never quotes the password', () => {
  const LOGE_SMTP_URL = 'smtps://loge:a-password@smtp.example.com';
  expect(parseConfig({ LOGE_SMTP_URL, LOGE_MAIL_FROM: 'Club <mail@club.example>' })).toMatchObject({
    smtpUrl: LOGE_SMTP_URL,
    mailFrom: { name: 'Club', address: 'mail@club.example' },
  });
  expect(parseConfig({ LOGE_MAIL_FROM: 'mail@club.example' }).mailFrom.name).toBe('mail@club.example');
  expect(faultsOf({ LOGE_SMTP_URL })).toEqual([expect.stringMatching(/^LOGE_MAIL_FROM: needed/)]);
  for (const LOGE_MAIL_FROM of [
    'Club',
    'Club <mail>',
    '<a@b.example>, c@d.example',
    'a@b.example\r\nBcc: c@d.example',
  ]) {
    expect([LOGE_MAIL_FROM, faultsOf({ LOGE_MAIL_FROM })]).toEqual([
      LOGE_MAIL_FROM,
      [expect.stringMatching(/^LOGE_MAIL_FROM: /)],
    ]);
  }
  const faults = faultsOf({ LOGE_SMTP_URL: 'https://loge:a-password@smtp.example.com' });
  expect(faults.join()).toMatch(/LOGE_SMTP_URL: /);
  expect(faults.join()).not.toContain('a-password');
});

test('an OpenID provider is set wholly, over https, in a house with accounts', () => {
  const provider = {
    LOGE_OIDC_ISSUER: 'https://login.example',
    LOGE_OIDC_CLIENT_ID: 'loge',
    LOGE_OIDC_CLIENT_SECRET: 'a-client-secret',
  };
  expect(parseConfig({}).oidc).toBeUndefined();
  const { oidc } = parseConfig(provider);
  expect(oidc).toEqual({ issuer: 'https://login.example', clientId: 'loge', clientSecret: 'a-client-secret' });
  expect(faultsOf({ ...provider, LOGE_OIDC_CLIENT_ID: '' })).toEqual([
    'LOGE_OIDC_CLIENT_ID: needed with LOGE_OIDC_ISSUER and LOGE_OIDC_CLIENT_SECRET',
  ]);
  expect(faultsOf({ LOGE_OIDC_ISSUER: 'https://login.example' })).toHaveLength(2);
  expect(faultsOf({ ...provider, LOGE_SITE: 'off' })).toEqual([
    expect.stringMatching(/^LOGE_OIDC_ISSUER: .*LOGE_SITE/),
  ]);

  const withIssuer = (LOGE_OIDC_ISSUER: string, more = {}) => faultsOf({ ...provider, LOGE_OIDC_ISSUER, ...more });
  const isFault = [expect.stringMatching(/^LOGE_OIDC_ISSUER: must be (an )?https/)];
  expect(withIssuer('http://login.example')).toEqual(isFault);
  expect(withIssuer('http://127.0.0.1.login.example')).toEqual(isFault);
  expect(withIssuer('ftp://login.example')).toEqual(isFault);
  for (const host of ['127.0.0.1:9', 'localhost:9', '[::1]:9']) expect(withIssuer(`http://${host}`)).toEqual([]);
  expect(withIssuer('http://127.0.0.1:9', { NODE_ENV: 'production' })).toContainEqual(isFault[0]);
});

test('operators are named in a house that only embeds, and refused in one with accounts', () => {
  expect(parseConfig({ LOGE_OPERATORS: 'ada, bob', LOGE_SITE: 'off' }).operators).toEqual(['ada', 'bob']);
  expect(faultsOf({ LOGE_OPERATORS: 'ada' })).toEqual([expect.stringMatching(/^LOGE_OPERATORS: .*npm run operators/)]);
});

test('the first API key may have two secrets while one replaces the other, and its name is not that of another key', () => {
  const [old, next] = ['o'.repeat(32), 'n'.repeat(32)];
  const config = parseConfig({ LOGE_API_SECRET: `${next}, ${old}`, LOGE_METRICS_SECRET: 'm'.repeat(32) });
  expect(config.apiSecret).toBe(next);
  expect(config.builtInKeys).toEqual([
    { id: 'devkey', secrets: [next, old], scopes: expect.arrayContaining(['admin', 'tokens']) },
    { id: 'metrics', secrets: ['m'.repeat(32)], scopes: ['metrics'] },
  ]);
  expect(faultsOf({ LOGE_API_SECRET: `${next},short` })).toEqual([expect.stringMatching(/^LOGE_API_SECRET: /)]);
  expect(faultsOf({ LOGE_API_KEY: 'metrics' })).toEqual([expect.stringMatching(/^LOGE_API_KEY: /)]);
  // HTTP Basic ends a user name at the first colon.
  expect(faultsOf({ LOGE_API_KEY: 'a:b' })).toEqual([expect.stringMatching(/^LOGE_API_KEY: /)]);
});

test('a command beside a server needs no media and no Redis', () => {
  const env = { DATABASE_URL: 'postgres://localhost/loge', LOGE_SFU_WORKERS: '0' };
  expect(parseConfig(env, 'command').sfu.workers).toBe(0);
  expect(() => parseConfig(env)).toThrow(/REDIS_URL/);
});

test('a currency has the decimals at the provider that browsers show it with, or is refused by name', () => {
  for (const [currency, decimals] of Object.entries(CURRENCIES)) {
    const { maximumFractionDigits } = new Intl.NumberFormat('en', { style: 'currency', currency }).resolvedOptions();
    expect([currency, maximumFractionDigits]).toEqual([currency, decimals]);
    expect(parseConfig({ LOGE_CURRENCY: currency }).currency).toBe(currency);
  }
  for (const currency of ['isk', 'ugx', 'huf', 'twd', 'kwd', 'xyz', 'EUR', 'toString']) {
    expect(faultsOf({ LOGE_CURRENCY: currency })).toEqual([
      expect.stringMatching(/^LOGE_CURRENCY: must be one of aud/),
    ]);
  }
});
