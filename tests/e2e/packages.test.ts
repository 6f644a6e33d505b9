/** The packages as an embedder gets them: packed, installed into an empty folder, typed, built, and in a browser. */
import { spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'vite';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { buildPackages } from '../../client-sdk/packaging/build.ts';
import { CHROMIUM, Visitor } from '../support/browser/browser.ts';
import { serveSite } from '../support/browser/static-site.ts';
import { startApp, type TestApp } from '../support/houses/app.ts';
import { expectInChat, say } from './site.ts';

const inProject = (path: string) => fileURLToPath(new URL(`../../${path}`, import.meta.url));
const TSC = inProject('node_modules/typescript-native/bin/tsc');

describe('the packages', { timeout: 120_000 }, () => {
  let folder: string;

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'loge-packages-'));
    const packed = await Array.fromAsync(buildPackages(join(folder, 'packages')));
    const tarballs = packed.map(({ tarball }) => tarball);
    cpSync(inProject('client-sdk/examples/vite-app'), join(folder, 'site'), { recursive: true });
    run('npm', ['install', '--omit=dev', '--no-audit', '--no-fund', '--prefer-offline', ...tarballs], 'site');
    symlinkSync(inProject('node_modules/vite'), join(folder, 'site/node_modules/vite'));
  }, 120_000);

  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  function run(command: string, options: string[], place: string): string {
    const { status, stdout, stderr } = spawnSync(command, options, { cwd: join(folder, place), encoding: 'utf8' });
    expect(status, `${command} ${options.join(' ')}\n${stdout}\n${stderr}`).toBe(0);
    return stdout;
  }

  test('contain modules, declarations, source maps, a page and the licence, and nothing of the repository', () => {
    for (const name of ['client', 'elements']) {
      const [packed] = JSON.parse(run('npm', ['pack', '--dry-run', '--json'], `packages/${name}`));
      const files = (packed as { files: { path: string }[] }).files.map(({ path }) => path);
      const expected = /^(index\.(js|js\.map|d\.ts)|chunks\/[\w.-]+\.js(\.map)?|README\.md|LICENSE|package\.json)$/;
      expect(files.filter((path) => !expected.test(path))).toEqual([]);
      expect(files).toEqual(expect.arrayContaining(['index.js', 'index.js.map', 'index.d.ts', 'README.md', 'LICENSE']));
      expect(readFileSync(join(folder, 'packages', name, 'index.d.ts'), 'utf8')).not.toMatch(/zod|server\/protocol/);
    }
  });

  test('are imported on a server, without a document', () => {
    const program = `
      import { Room, RoomEvent, LogeError } from '@loge/client';
      import { elementsReady } from '@loge/elements';
      await elementsReady;
      new Room({ url: 'http://localhost:3000' }).on(RoomEvent.chatMessage, () => {});
      console.log(typeof document, new LogeError('room_not_found').code);`;
    writeFileSync(join(folder, 'site/server.mjs'), program);
    expect(run(process.execPath, ['server.mjs'], 'site')).toBe('undefined room_not_found\n');
  });

  test('have types for Node and for bundlers, with their libraries checked', () => {
    writeFileSync(join(folder, 'site/uses.ts'), USES);
    const options = ['--ignoreConfig', '--strict', '--noEmit', '--types', '', '--target', 'es2022'];
    for (const modules of ['--module node16', '--module esnext --moduleResolution bundler'])
      run(process.execPath, [TSC, ...options, ...modules.split(' '), 'uses.ts'], 'site');
    run(process.execPath, [TSC], 'site');
  });

  describe.skipIf(!CHROMIUM)('in Chromium', () => {
    let loge: TestApp;

    beforeAll(async () => {
      loge = await startApp();
    });

    afterAll(() => loge?.[Symbol.asyncDispose]());

    test('make the room of a site that Vite has built, with a strict content security policy', async () => {
      const root = join(folder, 'site');
      await build({ root, logLevel: 'error', define: { 'import.meta.env.VITE_LOGE_URL': JSON.stringify(loge.url) } });
      const { id: room } = await loge.createRoom({ kind: 'free' });
      await using site = await serveSite(join(root, 'dist'), {
        answers: {
          '/room-token': ({ searchParams }) => loge.token({ identity: searchParams.get('reader') ?? '', room }),
        },
        policy: `default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data: blob: ${loge.url}; media-src blob:; connect-src 'self' ${loge.url} ${loge.url.replace('http', 'ws')}`,
      });
      await using reader = await Visitor.create();
      await using other = await Visitor.create();
      await reader.page.goto(`${site.url}/?reader=ada`);
      await other.page.goto(`${site.url}/?reader=bo`);
      await reader.page.locator('#status').getByText('2 watching').waitFor();
      await say(reader, 'From a package');
      await expectInChat(other, 'From a package');
      expect([...reader.problems, ...other.problems].filter((text) => !text.includes('favicon'))).toEqual([]);
    });
  });
});

/** What a page writes; an error in it is a missing or wrong type. */
const USES = `
import { Room, RoomEvent, type ChatMessage, type Wallet, type LogeErrorCode, LIMITS } from '@loge/client';
import { elementsReady, type LogeRoomElement } from '@loge/elements';
const room = new Room({ url: 'http://localhost:3000' });
room.on(RoomEvent.chatMessage, (message) => {
  const text: string = message.text;
  const id: \`msg_\${string}\` = message.id;
  // @ts-expect-error: messages have no such field
  message.nothing;
});
room.on(RoomEvent.accessRevoked, ({ state, reason }) => state === 'refused' && reason);
const from = { identity: 'lea', name: 'Léa', role: 'fan' } as const;
const said: ChatMessage = { kind: 'message', id: 'msg_1', seq: 1, from, text: 'Bonsoir', sentAt: '' };
const wallet: Wallet = room.wallet;
const code: LogeErrorCode = 'room_not_found';
const limit: number = LIMITS.messageChars;
export async function use(message: ChatMessage): Promise<void> {
  await elementsReady;
  await room.connect(async () => 'a token');
  const bought = await room.buyTicket({ from: 'card' });
  if ('checkoutUrl' in bought) location.assign(bought.checkoutUrl);
  await room.chat.send(message.text, { replyTo: message.id });
  const element: LogeRoomElement | null = document.querySelector('loge-room');
  if (element) element.tokenProvider = async () => 'a token';
  document.querySelector('loge-tip')?.addEventListener('loge-tip-sent', ({ detail }) => detail.tip.amountMinor);
}
void [said, wallet, code, limit];
`;
