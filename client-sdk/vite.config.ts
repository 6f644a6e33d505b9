/**
 * Builds everything for browsers into `.build/client/`: the SDK as one ES module, the elements as one classic script,
 * and the site's pages. A part is skipped if its entry is missing.
 */
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { type BuildEnvironmentOptions, defineConfig, type EnvironmentOptions } from 'vite';
import { routerRtpCapabilities } from '../sfu/codecs.ts';

const inProject = (path: string): string => fileURLToPath(new URL(`../${path}`, import.meta.url));

const SITE_FOLDER = inProject('server/web');
const SITE_PAGES = ['index', 'room', 'studio', 'wallet', 'earnings', 'desk', 'receipt'];
const OUTPUT_FOLDER = inProject('.build/client');

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

function site(pages: readonly string[]): EnvironmentOptions {
  return {
    consumer: 'client',
    build: {
      ...shared,
      outDir: `${OUTPUT_FOLDER}/site`,
      emptyOutDir: true,
      copyPublicDir: true,
      // The room's chunk contains the SDK with mediasoup-client and Socket.IO, which the page needs at once.
      chunkSizeWarningLimit: 700,
      rolldownOptions: { input: Object.fromEntries(pages.map((page) => [page, `${SITE_FOLDER}/${page}.html`])) },
    },
  };
}

function environments(): Record<string, EnvironmentOptions> {
  const sdkEntry = inProject('client-sdk/src/index.ts');
  const embedEntry = inProject('client-sdk/elements/embed.ts');
  const pages = SITE_PAGES.filter((page) => existsSync(`${SITE_FOLDER}/${page}.html`));
  return {
    sdk: singleFile({ entry: sdkEntry, file: 'sdk/loge.js', format: 'es' }),
    ...(existsSync(embedEntry)
      ? { embed: singleFile({ entry: embedEntry, file: 'embed.js', format: 'iife', name: 'Loge' }) }
      : {}),
    ...(pages.length > 0 ? { site: site(pages) } : {}),
  };
}

const parts = environments();

export default defineConfig({
  root: existsSync(SITE_FOLDER) ? SITE_FOLDER : inProject('client-sdk'),
  logLevel: 'warn',
  // Some packages read this variable, and browsers have no `process`.
  define: {
    'process.env.NODE_ENV': '"production"',
    // As a string, which costs nothing to parse before it is needed.
    LOGE_ROUTER_CAPABILITIES: JSON.stringify(JSON.stringify(routerRtpCapabilities)),
  },
  environments: parts,
  builder: {
    async buildApp(builder) {
      await Promise.all(
        Object.keys(parts).map(async (name) => {
          const environment = builder.environments[name];
          if (environment) await builder.build(environment);
        }),
      );
    },
  },
});
