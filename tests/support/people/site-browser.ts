/** People of the house over HTTP: a browser with cookies and an address of its own, and the letters that they get. */
import { expect, vi } from 'vitest';
import { PRODUCTION_ENV, type Reply, type TestHttp } from '../houses/http.ts';

export const SITE = PRODUCTION_ENV.LOGE_PUBLIC_URL;
export const OWN = { origin: SITE, 'sec-fetch-site': 'same-origin' };
export const FOREIGN = { origin: 'https://evil.example', 'sec-fetch-site': 'cross-site' };
/** Of a production house with accounts. */
export const ACCOUNTS_ENV = {
  ...PRODUCTION_ENV,
  LOGE_SITE: 'on',
  LOGE_TRUST_PROXY: '1',
  LOGE_SMTP_URL: 'smtp://127.0.0.1:9',
  LOGE_MAIL_FROM: 'Loge <mail@loge.example>',
};

let made = 0;

function nextNumber(): number {
  made += 1;
  return made;
}

export const newAddress = () => `person${nextNumber()}@example.org`;
export const codeOf = ({ json }: Reply) => json?.error?.code;

interface SentLetter {
  template: string;
  data: Record<string, string>;
}

/** Letters that are sent, by address, newest first. */
export class Letters {
  readonly #sent = new Map<string, SentLetter[]>();

  constructor({ context }: TestHttp) {
    vi.spyOn(context.mail, 'enqueue').mockImplementation(async (_tx, { to, template, data }) => {
      this.#sent.set(to, [{ template, data: data as unknown as Record<string, string> }, ...this.to(to)]);
    });
  }

  to(address: string): SentLetter[] {
    return this.#sent.get(address) ?? [];
  }
}

/** Keeps cookies, as a browser does, and has an address of its own. */
export class SiteBrowser {
  readonly cookies = new Map<string, string>();
  readonly #http: TestHttp;
  readonly #letters: Letters;
  readonly #ip = `198.18.0.${nextNumber()}`;

  constructor({ http, letters }: { http: TestHttp; letters: Letters }) {
    this.#http = http;
    this.#letters = letters;
  }

  async call(method: string, path: string, body?: object, headers: Record<string, string> = OWN): Promise<Reply> {
    const cookie = [...this.cookies].map(([name, value]) => `${name}=${value}`).join('; ');
    const isForm = path.startsWith('/sign-in/link') || path.startsWith('/account/');
    const type = isForm ? 'application/x-www-form-urlencoded' : 'application/json';
    const reply = await this.#http.call(method, path, {
      headers: { 'x-forwarded-for': this.#ip, 'content-type': type, cookie, ...headers },
      ...(method === 'GET' ? {} : { body: isForm ? '' : (body ?? {}) }),
    });
    for (const text of reply.headers.getSetCookie()) {
      const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(text) ?? [];
      if (value === '') this.cookies.delete(name);
      else this.cookies.set(name, value);
    }
    return reply;
  }

  async ask(address: string, more: object = {}): Promise<{ path: string; code: string }> {
    const reply = await this.call('POST', '/site/sign-in', { address, ...more });
    expect([reply.status, reply.json]).toEqual([200, { minutes: 10 }]);
    const { link = '', code = '' } = this.#letters.to(address)[0]?.data ?? {};
    expect(link.startsWith(`${SITE}/sign-in/link/`)).toBe(true);
    return { path: link.slice(SITE.length), code };
  }

  enter(code: string): Promise<Reply> {
    return this.call('POST', '/site/sign-in/code', { code });
  }

  async who(): Promise<{ identity: string; name: string; role: string } | null> {
    return (await this.call('GET', '/site/session')).json.person;
  }

  async signIn(address: string): Promise<this> {
    const { code } = await this.ask(address);
    expect((await this.enter(code)).status).toBe(200);
    return this;
  }

  /** Another browser with a copy of the cookies. */
  copy(): this {
    const other = new (this.constructor as new (parts: { http: TestHttp; letters: Letters }) => this)({
      http: this.#http,
      letters: this.#letters,
    });
    for (const [name, value] of this.cookies) other.cookies.set(name, value);
    return other;
  }
}
