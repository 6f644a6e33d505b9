/**
 * Builds everything for browsers into `.build/client/`: the SDK as one ES module, the site's pages and the elements as
 * chunks that both share, and the loader of the elements as one classic script.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { basename } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type BuildEnvironmentOptions, defineConfig, type EnvironmentOptions, type Manifest, type Plugin } from 'vite';
import { routerRtpCapabilities } from '../sfu/codecs.ts';
import { DEFINITION_GUARD, smallStyles, withoutLibraryIcons, withoutUnusedCode } from './build-plugins.ts';
import { compressBuild } from './compress-build.ts';

const inProject = (path: string): string => fileURLToPath(new URL(`../${path}`, import.meta.url));

const SITE_FOLDER = inProject('server/web');
const SITE_PAGES = readdirSync(`${SITE_FOLDER}/pages`).map((file) => basename(file, '.ts'));
const ELEMENTS_ENTRY = inProject('client-sdk/elements/elements.ts');
const OUTPUT_FOLDER = inProject('.build/client');
const SITE_OUTPUT = `${OUTPUT_FOLDER}/site`;
const BASE_MODULES =
  /client-sdk\/(elements\/(room\/room-part|controls\/plain-controls|stage\/(badges|poster)|loading\/parts)|client\/random-key)\.ts$|preload-helper|server\/protocol\/limits\.ts$/;
/** What a lobby and a studio share: each alone would be a chunk of a few hundred bytes. */
const ROOM_MODULES =
  /client-sdk\/(elements\/(room\/(focus-keeper|host-timer)|money\/(checkout|topup-amounts)|texts\/shown-name)|client\/(limits|backoff))\.ts$/;
const LOBBY_MODULES = /client-sdk\/elements\/room\/lobby-(face|styles)\.ts$/;
const MANIFEST = '.vite/manifest.json';

const shared: BuildEnvironmentOptions = {
  target: 'baseline-widely-available',
  sourcemap: true,
  minify: true,
  reportCompressedSize: false,
  // The three parts share one output folder.
  emptyOutDir: false,
  copyPublicDir: false,
};

/** A single file without a hash in its name, because embedders link to it. */
function singleFile(options: {
  entry: string;
  file: string;
  format: 'es' | 'iife';
  name?: string;
}): EnvironmentOptions {
  return {
    consumer: 'client',
    build: {
      ...shared,
      outDir: OUTPUT_FOLDER,
      lib: {
        entry: options.entry,
        formats: [options.format],
        fileName: () => options.file,
        ...(options.name ? { name: options.name } : {}),
      },
      // Vite does not remove whitespace from ES libraries, but this one is served directly.
      rolldownOptions: { output: { codeSplitting: false, minify: true } },
    },
  };
}

/** The pages and the elements in one graph, so that they share their chunks. */
const site: EnvironmentOptions = {
  consumer: 'client',
  build: {
    ...shared,
    outDir: SITE_OUTPUT,
    emptyOutDir: true,
    copyPublicDir: true,
    manifest: MANIFEST,
    rolldownOptions: {
      // The loader calls what the elements' entry exports.
      preserveEntrySignatures: 'exports-only',
      input: {
        ...Object.fromEntries(SITE_PAGES.map((page) => [page, `${SITE_FOLDER}/${page}.html`])),
        elements: ELEMENTS_ENTRY,
      },
      // What every page needs, in one chunk rather than in five small ones.
      output: {
        codeSplitting: {
          groups: [
            { name: 'base', test: BASE_MODULES },
            { name: 'room-base', test: ROOM_MODULES },
            { name: 'lobby', test: LOBBY_MODULES },
          ],
        },
      },
    },
  },
};

/** Each page's document: `page.html` with the script of the page. */
function pageDocuments(): Plugin {
  const pages = new Map(SITE_PAGES.map((page) => [`${SITE_FOLDER}/${page}.html`, page]));
  const template = readFileSync(`${SITE_FOLDER}/page.html`, 'utf8');
  return {
    name: 'page-documents',
    enforce: 'pre',
    resolveId: (id) => (pages.has(id) ? id : null),
    load(id) {
      const page = pages.get(id);
      return page === undefined ? null : template.replace('PAGE', page);
    },
  };
}

/** Gives the loader the chunks of the elements' entry, which is built before it: the entry first. */
function entryChunks(): Plugin {
  const name = 'virtual:entry-chunks';
  return {
    name,
    resolveId: (id) => (id === name ? `\0${name}` : null),
    load: (id) => (id === `\0${name}` ? `export const entryChunks = ${JSON.stringify(chunksOfEntry())};` : null),
  };
}

function chunksOfEntry(): string[] {
  const manifest = JSON.parse(readFileSync(`${SITE_OUTPUT}/${MANIFEST}`, 'utf8')) as Manifest;
  const [entry] = Object.entries(manifest).find(([, { name, isEntry }]) => isEntry && name === 'elements') ?? [];
  if (!entry) throw new Error('The build has no entry for the elements.');
  const keys = new Set([entry]);
  for (const key of keys) for (const imported of manifest[key]?.imports ?? []) keys.add(imported);
  return [...keys].map((key) => `./${manifest[key]?.file}`);
}

const environments: Record<string, EnvironmentOptions> = {
  sdk: singleFile({ entry: inProject('client-sdk/client/index.ts'), file: 'sdk/loge.js', format: 'es' }),
  site,
  embed: singleFile({
    entry: inProject('client-sdk/elements/embed.ts'),
    file: 'embed.js',
    format: 'iife',
    name: 'LogeLoader',
  }),
};

export default defineConfig({
  root: SITE_FOLDER,
  logLevel: 'warn',
  // Some packages read this variable, and browsers have no `process`.
  define: {
    'process.env.NODE_ENV': '"production"',
    // As a string, which costs nothing to parse before it is needed.
    LOGE_ROUTER_CAPABILITIES: JSON.stringify(JSON.stringify(routerRtpCapabilities)),
  },
  plugins: [pageDocuments(), entryChunks(), smallStyles(), withoutLibraryIcons('site'), withoutUnusedCode('sdk')],
  resolve: { alias: DEFINITION_GUARD },
  // Pages are served at several depths; scripts are also loaded from the pages of other sites.
  experimental: {
    renderBuiltUrl: (file, { hostType }) => (hostType === 'html' ? `/${file}` : { relative: true }),
  },
  environments,
  builder: {
    async buildApp(builder) {
      const build = async (name: string): Promise<void> => {
        const environment = builder.environments[name];
        if (environment) await builder.build(environment);
      };
      await Promise.all([build('sdk'), build('site').then(() => build('embed'))]);
      await compressBuild(OUTPUT_FOLDER);
    },
  },
});
