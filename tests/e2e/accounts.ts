/**
 * Somebody who has never been here signs up by the link of a mail on their phone, while the request came from a laptop,
 * adds a passkey, signs in again with it, becomes a creator, names a moderator, and the moderator leaves again. An
 * operator enrols at the house's OpenID provider, signs in there again, confirms, and arranges a committee. Shared by
 * the page test and the screenshots.
 */
import { personSessions } from '../../server/accounts/people/people.schema.ts';
import { DAY_MS } from '../../server/platform/clock.ts';
import { DESKTOP, PHONE, Visitor } from '../support/browser/browser.ts';
import { findFreePort, startApp, type TestApp } from '../support/houses/app.ts';
import { OpenIdProvider } from '../support/people/openid-provider.ts';
import { openSession } from '../support/people/site-person.ts';
import { eventually } from '../support/run/eventually.ts';
import { COMMITTEE_TEXTS, committeeScenes } from './committee.ts';
import { CREATOR_PAGE_TEXTS, drawPicture, fillCreatorPage } from './creator-page.ts';
import type { Scene } from './evening.ts';
import { addAuthenticator, forgetRefusal, open } from './site.ts';

const ADDRESS = 'lou@example.org';
const NEXT_ADDRESS = 'lou@example.net';
const NAME = 'Lou Bernard';
const MODERATOR_ADDRESS = 'max@example.org';
const MODERATOR_NAME = 'Max Stone';
const HANDLE = 'lou.bernard';
const OPERATOR = 'person_morgan';
const OPERATOR_ADDRESS = 'morgan@example.org';
const OPERATOR_NEXT_ADDRESS = 'morgan@example.net';
const OPERATOR_NAME = 'Morgan Petit';

/** Identity and reason. */
const BLOCKED = ['fan-with-a-grudge', 'Insults in the chat'] as const;

export class Accounts implements AsyncDisposable {
  readonly loge: TestApp;
  /** User-written texts, and names: equal in every language. */
  readonly written = new Set([
    ADDRESS,
    NEXT_ADDRESS,
    NAME,
    MODERATOR_ADDRESS,
    MODERATOR_NAME,
    OPERATOR_ADDRESS,
    OPERATOR_NEXT_ADDRESS,
    OPERATOR_NAME,
    'Français',
    'English',
    'Chrome, Linux',
    HANDLE,
    `@${HANDLE}`,
    ...CREATOR_PAGE_TEXTS,
    ...COMMITTEE_TEXTS,
    ...BLOCKED,
  ]);
  readonly #visitors: Visitor[] = [];
  readonly #provider: OpenIdProvider;

  private constructor(loge: TestApp, provider: OpenIdProvider) {
    this.loge = loge;
    this.#provider = provider;
    this.written.add(new URL(provider.issuer).host);
  }

  static async create(): Promise<Accounts> {
    const port = await findFreePort();
    const provider = await OpenIdProvider.create(`http://localhost:${port}/sign-in/oidc`);
    return new Accounts(await startApp({ env: { PORT: String(port), ...provider.env } }), provider);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const visitor of this.#visitors) await visitor[Symbol.asyncDispose]();
    await this.loge[Symbol.asyncDispose]();
    await this.#provider[Symbol.asyncDispose]();
  }

  async *scenes(): AsyncGenerator<Scene> {
    const laptop = await this.#open('/sign-in', DESKTOP);
    await laptop.by('sign-in-address').waitFor();
    yield { name: 'sign-in', visitor: laptop };
    await ask(laptop, ADDRESS);
    yield { name: 'sign-in-code', visitor: laptop };

    const { link } = await this.letterTo(ADDRESS);
    const phone = await this.#open(new URL(link).pathname, PHONE);
    await phone.page.getByRole('button').waitFor();
    yield { name: 'sign-in-link', visitor: phone, fixedLanguage: 'en' };
    await phone.page.getByRole('button').click();
    await phone.by('account-name').waitFor();
    yield { name: 'account-new', visitor: phone };
    await phone.by('account-name').fill(NAME);
    await phone.by('account-save').click();
    await phone.by('passkey-add').waitFor();
    yield { name: 'account-passkey-offer', visitor: phone };
    await phone.by('passkey-later').click();
    // Back to where they came from: the home page.
    await phone.page.waitForURL(`${this.loge.url}/`);
    await phone.page.goto(`${this.loge.url}/account`);
    await phone.by('address-new').fill(NEXT_ADDRESS);
    await phone.by('address-change').click();
    await phone.by('confirm-add').waitFor();
    forgetRefusal(phone, '/v1/me/address-change');
    yield { name: 'account-passkey-confirm', visitor: phone };
    await addAuthenticator(phone);
    await phone.by('confirm-add').click();
    await phone.by('address-waiting').waitFor();
    await this.#comeBackWithPasskey(phone);
    await phone.by('account-handle').waitFor();
    await phone.by('sessions').locator('li').waitFor();
    await phone.by('passkeys').locator('li').waitFor();
    yield { name: 'account', visitor: phone };
    await this.#becomeCreator(phone);
    await this.#fillPage(phone);
    yield { name: 'account-creator', visitor: phone };
    const fan = await this.#open(`/c/${HANDLE}`, DESKTOP);
    await fan.page.locator('.follow a.outlined').waitFor();
    yield { name: 'creator-page', visitor: fan };
    await this.#follow(fan);
    yield { name: 'creator-page-followed', visitor: fan };
    yield* this.#moderatorScenes(phone, laptop);
    await this.#signOutEverywhere(phone);
  }

  /** A moderator accepts a link as a new person, is seen and removed, and closes their account. */
  async *#moderatorScenes(creator: Visitor, moderator: Visitor): AsyncGenerator<Scene> {
    await creator.page.goto(`${this.loge.url}/studio`);
    await creator.by('moderator-invite').click();
    const link = await creator.by('moderator-link').inputValue();
    yield { name: 'studio-moderators', visitor: creator };

    const to = link.slice(this.loge.url.length);
    await moderator.page.goto(`${this.loge.url}/sign-in?to=${encodeURIComponent(to)}`);
    await ask(moderator, MODERATOR_ADDRESS);
    await moderator.by('sign-in-code').fill((await this.letterTo(MODERATOR_ADDRESS)).code);
    await moderator.by('sign-in-confirm').click();
    await moderator.by('account-name').fill(MODERATOR_NAME);
    await moderator.by('account-save').click();
    await moderator.by('passkey-later').click();
    await moderator.by('invitation').waitFor();
    yield { name: 'account-invitation', visitor: moderator };
    await moderator.by('invitation-accept').click();
    await moderator.by('moderating').locator('li').waitFor();

    await creator.page.reload();
    await creator.by('moderators').getByRole('button').click();
    await creator.by('note').waitFor();

    await moderator.page.reload();
    const download = moderator.page.waitForEvent('download');
    await addAuthenticator(moderator);
    await moderator.by('export').click();
    await moderator.by('confirm-add').click();
    await (await download).cancel();
    forgetRefusal(moderator, '/v1/me/export');
    await moderator.by('closing-look').click();
    await moderator.by('closing').waitFor();
    yield { name: 'account-closing', visitor: moderator };
    await moderator.by('closing-sure').check();
    await moderator.by('closing-close').click();
    await moderator.page.waitForURL(`${this.loge.url}/`);
    await moderator.by('to-sign-in').waitFor();
  }

  /** An operator who has no passkey enrols, is in the desk, signs out and in again, and confirms a dangerous act. */
  async *operatorScenes(): AsyncGenerator<Scene> {
    const { url } = await this.loge.server<{ url: string }>('POST', '/v1/operators/invitations', {
      address: OPERATOR_ADDRESS,
    });
    const { people } = this.loge.app.context;
    await people.seed({ id: OPERATOR, name: OPERATOR_NAME, address: OPERATOR_ADDRESS });
    const operator = await this.#open('/healthz', DESKTOP);
    const [name = '', value = ''] = (await openSession(this.loge.app, OPERATOR)).split('=');
    await operator.context.addCookies([{ name, value, url: this.loge.url }]);
    // The provider's page wants a font of the internet.
    await operator.page.route('https://fonts.googleapis.com/**', (route) => route.fulfill({ body: '' }));
    await operator.page.goto(url);
    await operator.by('operator-provider').waitFor();
    yield { name: 'operator-enrolment', visitor: operator };
    await operator.by('operator-provider').click();
    await signInAtProvider(operator);
    await operator.page.waitForURL(`${this.loge.url}/desk`);
    await operator.by('desk-overview').waitFor();

    await operator.by('account').click();
    await operator.by('sign-out').click();
    await operator.by('to-sign-in').waitFor();
    await operator.page.goto(`${this.loge.url}/sign-in?to=/desk`);
    await operator.by('sign-in-provider').waitFor();
    yield { name: 'sign-in-provider', visitor: operator };
    // The provider has a session of theirs.
    await operator.by('sign-in-provider').click();
    await operator.page.waitForURL(`${this.loge.url}/desk`);

    const longAgo = new Date(Date.now() - 11 * 60_000).toISOString();
    await this.loge.app.context.db.orm.update(personSessions).set({ provedAt: longAgo });
    await operator.page.goto(`${this.loge.url}/account`);
    await operator.by('oidc-bindings').locator('li').waitFor();
    await operator.by('address-new').fill(OPERATOR_NEXT_ADDRESS);
    await operator.by('address-change').click();
    await operator.by('confirm-provider').waitFor();
    forgetRefusal(operator, '/v1/me/address-change');
    yield { name: 'account-provider-confirm', visitor: operator };
    await operator.by('confirm-provider').click();
    await signInAtProvider(operator);
    await operator.page.waitForURL(`${this.loge.url}/account`);
    await operator.by('address-new').fill(OPERATOR_NEXT_ADDRESS);
    await operator.by('address-change').click();
    await operator.by('address-waiting').waitFor();
    await operator.by('no-passkeys').waitFor();
    await operator.page.reload();
    await operator.by('oidc-bindings').locator('li').waitFor();
    yield { name: 'account-operator', visitor: operator };
    yield* this.#committeeScenes(operator);
  }

  /** The committee, and an operator who is invited to a seat of it, which they cannot take. */
  async *#committeeScenes(operator: Visitor): AsyncGenerator<Scene> {
    const open = (path: string) => this.#open(path, DESKTOP);
    yield* committeeScenes({ loge: this.loge, operator, open });
    const { committee, operators } = this.loge.app.context;
    const seat = (await committee.view()).seats.at(-1)?.id ?? '';
    const until = new Date(Date.now() + 700 * DAY_MS).toISOString();
    const appointedBy = { en: 'the founders', fr: 'les fondatrices' };
    const { url } = await operators.invite(OPERATOR_ADDRESS, 'test', { seat, appointedBy, from: null, until });
    await operator.page.goto(url);
    await operator.by('invitation-excluded').waitFor();
    yield { name: 'account-seat-excluded', visitor: operator };
  }

  /** The newest sign-in letter to the address, as soon as it was sent. */
  async letterTo(address: string): Promise<{ link: string; code: string }> {
    const { mail } = this.loge.app.context;
    const read = async () =>
      (await mail.listKept(address)).find(({ text }) => text.includes('/sign-in/link/'))?.text ?? '';
    await eventually(async () => (await read()) !== '', 'the mail is sent');
    const text = await read();
    return { link: /http\S+\/sign-in\/link\/[\w-]+/.exec(text)?.[0] ?? '', code: /\b\d{8}\b/.exec(text)?.[0] ?? '' };
  }

  /** Also of a second device. */
  async #signOutEverywhere(phone: Visitor): Promise<void> {
    const creator = await this.loge.app.context.people.findCreator(HANDLE);
    await openSession(this.loge.app, creator?.identity ?? '');
    await phone.page.goto(`${this.loge.url}/account`);
    await phone.by('sessions').locator('li').nth(1).waitFor();
    await phone.by('sign-out-everywhere').click();
    await phone.page.waitForURL(`${this.loge.url}/`);
    await phone.by('to-sign-in').waitFor();
  }

  async #comeBackWithPasskey(phone: Visitor): Promise<void> {
    await phone.by('account').click();
    await phone.by('sign-out').click();
    await phone.by('to-sign-in').waitFor();
    await phone.page.goto(`${this.loge.url}/sign-in?to=/account`);
    await phone.by('sign-in-passkey').click();
    await phone.page.waitForURL(`${this.loge.url}/account`);
  }

  async #becomeCreator(phone: Visitor): Promise<void> {
    await phone.by('account-handle').fill(HANDLE);
    await phone.by('account-save').click();
    await phone.by('note').waitFor();
    await phone.by('creator-country').selectOption('FR');
    await phone.by('creator-adult').check();
    await phone.by('creator-terms').check();
    await phone.by('creator-become').click();
    await phone.by('is-creator').waitFor();
  }

  /** A picture by the form; the rest, and a blocked person, as other pages would make them. */
  async #fillPage(phone: Visitor): Promise<void> {
    const { people, rooms } = this.loge.app.context;
    const creator = await people.findCreator(HANDLE);
    await fillCreatorPage(this.loge, creator?.identity ?? '');
    const [identity, reason] = BLOCKED;
    await rooms.removals.block({ creator: creator?.identity ?? '', identity, by: identity, reason });
    await phone
      .by('picture-file')
      .setInputFiles({ name: 'lou.png', mimeType: 'image/png', buffer: await drawPicture() });
    await phone.by('remove-picture').waitFor();
    await phone.page.reload();
    await phone.by('blocks').locator('li').waitFor();
    await phone.by('sessions').locator('li').waitFor();
  }

  async #follow(fan: Visitor): Promise<void> {
    await open(fan, `${this.loge.url}/c/${HANDLE}`, 'lea');
    await fan.by('follow').click();
    await fan.by('unfollow').waitFor();
    await fan.page.reload();
    await fan.by('unfollow').waitFor();
  }

  async #open(path: string, viewport: typeof PHONE | typeof DESKTOP): Promise<Visitor> {
    const visitor = await Visitor.create({ viewport });
    this.#visitors.push(visitor);
    await visitor.page.goto(this.loge.url + path);
    return visitor;
  }
}

async function ask(visitor: Visitor, address: string): Promise<void> {
  await visitor.by('sign-in-address').fill(address);
  await visitor.by('sign-in-send').click();
  await visitor.by('sign-in-code').waitFor();
}

async function signInAtProvider({ page }: Visitor): Promise<void> {
  await page.locator('input[name=login]').fill('morgan');
  await page.locator('input[name=password]').fill('any');
  await page.getByRole('button').click();
}
