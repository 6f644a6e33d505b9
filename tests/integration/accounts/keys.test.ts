/** The end of an API key for holders of its tokens, and stored secrets after the API secret has been replaced. */
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { startApp, type TestApp } from '../../support/houses/app.ts';
import { MovableClock } from '../../support/houses/money-house.ts';
import { goLive, watch } from '../../support/media/media.ts';
import { basicOf } from '../../support/people/basic.ts';
import { TestParticipant } from '../../support/people/participant.ts';

const ANSWER = { code: 'token_invalid', reconnect: true };

async function mint(url: string, key: { id: string; secret: string }, claims: object): Promise<string> {
  const response = await fetch(`${url}/v1/tokens`, {
    method: 'POST',
    headers: { authorization: basicOf(key.id, key.secret), 'content-type': 'application/json' },
    body: JSON.stringify(claims),
  });
  expect(response.status).toBe(201);
  return ((await response.json()) as { token: string }).token;
}

const fanOf = (room: string, identity: string) => ({ identity, name: identity, room, role: 'fan' });

describe('one process', () => {
  let loge: TestApp;
  const clock = new MovableClock();
  beforeAll(async () => {
    loge = await startApp({ clock });
  });
  afterAll(() => loge?.[Symbol.asyncDispose]());

  test('a revoked key closes sockets and media of its own tokens only', async () => {
    const room = (await loge.createRoom({ kind: 'free' })).id;
    const [ending, lasting] = [await loge.makeKey(['tokens']), await loge.makeKey(['tokens'])];
    const creator = { identity: 'ada', name: 'Ada', room, role: 'creator' };
    using ada = await TestParticipant.connect(loge.url, { token: await mint(loge.url, ending, creator) });
    const token = await mint(loge.url, ending, fanOf(room, 'lea'));
    using lea = await TestParticipant.connect(loge.url, { token });
    using tom = await TestParticipant.connect(loge.url, { token: await mint(loge.url, lasting, fanOf(room, 'tom')) });
    using _live = await goLive(ada);
    using _watching = await watch(lea);
    using _other = await watch(tom);

    const goodbyes = [ada.next('rooms:goodbye'), lea.next('rooms:goodbye')];
    const gone = new Promise((resolve) => lea.socket.once('disconnect', resolve));
    // The live waits for its creator to reconnect with another token; the tracks have ended.
    const ended = tom.next('stage:consumersRemoved');
    await loge.server('DELETE', `/v1/keys/${ending.id}`);
    for (const goodbye of goodbyes) expect(await goodbye).toMatchObject(ANSWER);
    await Promise.all([gone, ended]);
    const { mediaSessions } = loge.app.context.metrics;
    const counted = async () =>
      (await mediaSessions.get()).values.map(({ labels, value }) => [labels.direction, value]);
    await expect.poll(counted).toEqual(
      expect.arrayContaining([
        ['publish', 0],
        ['watch', 1],
      ]),
    );
    await expect(TestParticipant.connect(loge.url, { token })).rejects.toMatchObject({ code: 'token_invalid' });
    expect(await tom.refusal('chat:history', {})).toBe('ok');
  });

  test('an expired key closes sockets and media of its own tokens only', async () => {
    const room = (await loge.createRoom({ kind: 'free' })).id;
    const key = await loge.makeKey(['tokens'], { expiresAt: new Date(clock.now() + 60_000).toISOString() });
    using lea = await TestParticipant.connect(loge.url, { token: await mint(loge.url, key, fanOf(room, 'lea')) });
    const goodbye = lea.next('rooms:goodbye');
    clock.advance(60_000);
    expect(await goodbye).toMatchObject(ANSWER);
  });

  test('a key that is revoked during a handshake refuses it', async () => {
    const room = (await loge.createRoom({ kind: 'free' })).id;
    const key = await loge.makeKey(['tokens']);
    const token = await mint(loge.url, key, fanOf(room, 'lea'));
    const { rooms } = loge.app.context;
    const creatorOf = rooms.creatorOf.bind(rooms);
    // The handshake reads the room's creator after it has validated the token.
    using asked = vi.spyOn(rooms, 'creatorOf').mockImplementationOnce(async (id) => {
      await loge.server('DELETE', `/v1/keys/${key.id}`);
      return creatorOf(id);
    });
    await expect(TestParticipant.connect(loge.url, { token })).rejects.toMatchObject({ code: 'token_invalid' });
    expect(asked).toHaveBeenCalledOnce();
  });

  test('a token of a key with origins opens sockets only from these origins', async () => {
    const room = (await loge.createRoom({ kind: 'free' })).id;
    const key = await loge.makeKey(['tokens'], { origins: ['https://club.example'] });
    const token = await mint(loge.url, key, fanOf(room, 'lea'));
    const connect = (origin: string) => TestParticipant.connect(loge.url, { token }, { headers: { origin } });
    using lea = await connect('https://club.example');
    expect(lea.welcome.access.state).toBe('granted');
    await expect(connect('http://localhost:5173')).rejects.toMatchObject({ code: 'origin_not_allowed' });
  });
});
