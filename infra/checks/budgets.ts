/** The part of `npm run check` for what browsers load: prints each budget that the build exceeds, and by how much. */
import { existsSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const KB = 1024;
const BUILD = fileURLToPath(new URL('../../.build/client/', import.meta.url));

/** As Vite writes it: modules and chunks by key. */
export type Manifest = Record<
  string,
  { file: string; src?: string; name?: string; isEntry?: boolean; imports?: string[] }
>;

export interface Budget {
  name: string;
  maxBytes: number;
  /** Scripts outside the manifest. */
  scripts?: readonly string[];
  /** Sources whose chunks are loaded, with all that they import. */
  sources?: readonly string[];
}

const ELEMENTS = '../../client-sdk/elements';
const LOBBY = [`${ELEMENTS}/elements.ts`];
const INSIDE = [
  ...['loge-stage.ts', 'loge-chat.ts', 'loge-tip.ts'].map((name) => `${ELEMENTS}/${name}`),
  '../../client-sdk/client/media/media-device.ts',
];

/** Of scripts compressed with brotli. */
const BUDGETS: readonly Budget[] = [
  { name: 'the loader of the elements', maxBytes: 10 * KB, scripts: ['embed.js'] },
  { name: 'the lobby on the page of an embedder', maxBytes: 70 * KB, scripts: ['embed.js'], sources: LOBBY },
  { name: 'a room, inside', maxBytes: 183 * KB, scripts: ['embed.js'], sources: [...LOBBY, ...INSIDE] },
  { name: 'the SDK', maxBytes: 68 * KB, scripts: ['sdk/loge.js'] },
  { name: 'the home page', maxBytes: 70 * KB, sources: ['home.html'] },
  { name: 'the account', maxBytes: 50 * KB, sources: ['account.html'] },
  { name: 'the studio', maxBytes: 145 * KB, sources: ['studio.html'] },
  { name: 'the page of a room, signed out', maxBytes: 70 * KB, sources: ['room.html'] },
  {
    name: 'the page of a room, in the lobby, with the frame of the site',
    maxBytes: 72 * KB,
    sources: ['room.html', ...LOBBY],
  },
];

/** `sizeOf` gives the compressed size of a file of the build. */
export function faultsOfBudget(budget: Budget, manifest: Manifest, sizeOf: (file: string) => number): string[] {
  const { name, maxBytes, scripts = [], sources = [] } = budget;
  const missing = sources.filter((source) => !manifest[source]);
  if (missing.length > 0) return [`${name}: the build has no ${missing.join(', ')}`];
  const keys = new Set(sources);
  for (const key of keys) for (const imported of manifest[key]?.imports ?? []) keys.add(imported);
  const files = [...scripts, ...[...keys].map((key) => `site/${manifest[key]?.file}`)];
  const sizes = files.map((file) => ({ file, bytes: sizeOf(file) })).sort((a, b) => b.bytes - a.bytes);
  const total = sizes.reduce((sum, { bytes }) => sum + bytes, 0);
  if (total <= maxBytes) return [];
  const largest = sizes.slice(0, 5).map(({ file, bytes }) => `${file} ${bytes}`);
  return [
    `${name}: ${total} bytes, ${total - maxBytes} over its budget of ${maxBytes}; largest: ${largest.join(', ')}`,
  ];
}

/** Small files are not compressed. */
function compressedSize(file: string): number {
  const path = join(BUILD, file);
  return statSync(existsSync(`${path}.br`) ? `${path}.br` : path).size;
}

if (import.meta.main) {
  const manifest = JSON.parse(readFileSync(join(BUILD, 'site/.vite/manifest.json'), 'utf8')) as Manifest;
  const faults = BUDGETS.flatMap((budget) => faultsOfBudget(budget, manifest, compressedSize));
  for (const fault of faults) process.stdout.write(`${fault}\n`);
  process.exitCode = faults.length === 0 ? 0 : 1;
}
