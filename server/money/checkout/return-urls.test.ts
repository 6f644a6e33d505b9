import { describe, expect, test } from 'vitest';
import { createReturnUrls } from './return-urls.ts';

const context = {
  publicUrl: 'https://loge.example',
  isReturnUrlAllowed: (url: string) => url.startsWith('https://shop.example/'),
};
const create = (requested: string | undefined) => createReturnUrls({ requested, fallback: '/wallet', context });

describe('return addresses', () => {
  test("default to the house's own", () => {
    expect(create(undefined)).toEqual({
      successUrl: 'https://loge.example/wallet?checkout=success&session_id={CHECKOUT_SESSION_ID}',
      cancelUrl: 'https://loge.example/wallet?checkout=cancelled',
    });
  });

  test('keep the query and the fragment, and replace the parameters of an earlier return', () => {
    const { successUrl, cancelUrl } = create('https://shop.example/live?id=7&checkout=cancelled&session_id=cs_1#stage');
    expect(successUrl).toBe('https://shop.example/live?id=7&checkout=success&session_id={CHECKOUT_SESSION_ID}#stage');
    expect(cancelUrl).toBe('https://shop.example/live?id=7&checkout=cancelled#stage');
  });

  test.each([
    ['another origin', 'https://evil.example/', 'origin_not_allowed'],
    ['an origin that looks alike', 'https://shop.example.evil.example/', 'origin_not_allowed'],
    ['a script', 'javascript:alert(1)', 'invalid_request'],
    ['a user name', 'https://shop.example@evil.example/', 'invalid_request'],
    ['no address at all', 'shop', 'invalid_request'],
    ['a placeholder of its own', 'https://shop.example/?x={CHECKOUT_SESSION_ID}', 'invalid_request'],
  ])('refuse %s', (_what, url, code) => {
    expect(() => create(url)).toThrowError(expect.objectContaining({ code }));
  });
});
