/**
 * `npm run packages`: builds what an embedder installs into `.build/packages/`, a folder and a tarball for each
 * package. A package has ES modules with source maps, and declarations in one file that needs nothing of this
 * repository.
 */
import { spawnSync } from 'node:child_process';
import { copyFileSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { rolldown } from 'rolldown';
import { dts } from 'rolldown-plugin-dts';
import { build, type Plugin } from 'vite';
import { routerRtpCapabilities } from '../../sfu/codecs.ts';
import { DEFINITION_GUARD, smallStyles, withoutLibraryIcons } from '../build-plugins.ts';
import { emitDeclarations } from './declarations.ts';

const inProject = (path: string): string => fileURLToPath(new URL(`../../${path}`, import.meta.url));

const KB = 1024;

interface Manifest {
  name: string;
  dependencies: Record<string, string>;
  private?: boolean;
}

interface Package {
  /** Its folder in `client-sdk/`, and in the output. Its entry is `index.ts`. */
  folder: string;
  plugins: Plugin[];
}

interface Target {
  /** The folder of the package. */
  target: string;
  /** Whether a module is one of the package's dependencies. */
  external: (id: string) => boolean;
}

/** What the elements use of the client is imported by its package's name, so that a page has its classes once. */
function clientByName(): Plugin {
  const publicModules = /^(\.\.\/)+client\/(index|errors|events|room|media\/devices|media\/level-meter)\.ts$/;
  return {
    name: 'client-by-name',
    enforce: 'pre',
    resolveId: (source) => (publicModules.test(source) ? { id: '@loge/client', external: true } : null),
  };
}

const PACKAGES: readonly Package[] = [
  { folder: 'client', plugins: [] },
  { folder: 'elements', plugins: [clientByName(), smallStyles(), withoutLibraryIcons('client')] },
];

export interface Packed {
  name: string;
  version: string;
  tarball: string;
  files: number;
  /** Of the tarball. */
  bytes: number;
}

/** Builds every package into a folder of `output`, and packs it beside that. */
export async function* buildPackages(output: string): AsyncGenerator<Packed> {
  rmSync(output, { recursive: true, force: true });
  const declarations = join(output, 'declarations');
  emitDeclarations(
    PACKAGES.map(({ folder }) => inProject(`client-sdk/${folder}/index.ts`)),
    declarations,
  );
  for (const each of PACKAGES) {
    const source = inProject(`client-sdk/${each.folder}`);
    const target = join(output, each.folder);
    mkdirSync(target);
    const { private: _, ...manifest } = JSON.parse(readFileSync(join(source, 'package.json'), 'utf8')) as Manifest;
    const names = Object.keys(manifest.dependencies);
    const external = (id: string) => names.some((name) => id === name || id.startsWith(`${name}/`));
    await buildModules(each, { target, external });
    await bundleTypes(each, { declarations, target, external });
    writeFileSync(join(target, 'package.json'), `${JSON.stringify(manifest, null, 2)}\n`);
    copyFileSync(join(source, 'README.md'), join(target, 'README.md'));
    copyFileSync(inProject('LICENSE'), join(target, 'LICENSE'));
    yield pack(target, output);
  }
  rmSync(declarations, { recursive: true });
}

async function buildModules({ folder, plugins }: Package, { target, external }: Target): Promise<void> {
  await build({
    configFile: false,
    logLevel: 'warn',
    define: { LOGE_ROUTER_CAPABILITIES: JSON.stringify(JSON.stringify(routerRtpCapabilities)) },
    plugins,
    resolve: { alias: DEFINITION_GUARD },
    build: {
      outDir: target,
      target: 'baseline-widely-available',
      sourcemap: true,
      minify: false,
      copyPublicDir: false,
      lib: { entry: { index: inProject(`client-sdk/${folder}/index.ts`) }, formats: ['es'] },
      rolldownOptions: { external, output: { entryFileNames: '[name].js', chunkFileNames: 'chunks/[name]-[hash].js' } },
    },
  });
}

async function bundleTypes(
  { folder, plugins }: Package,
  { target, external, declarations }: Target & { declarations: string },
): Promise<void> {
  const bundle = await rolldown({
    input: { index: join(declarations, `client-sdk/${folder}/index.d.ts`) },
    external: /^[^./]/,
    plugins: [plugins.filter(({ name }) => name === 'client-by-name'), dts({ dtsInput: true })],
  });
  const { output } = await bundle.generate({ format: 'es' });
  const [text] = output.flatMap((file) => (file.fileName === 'index.d.ts' && file.type === 'chunk' ? file.code : []));
  if (!text) throw new Error(`${folder} has no declarations.`);
  const imported = [...text.matchAll(/^import .* from ['"](.+)['"]/gm)].map(([, name = '']) => name);
  const missing = imported.filter((name) => !external(name));
  if (missing.length > 0) throw new Error(`The declarations of ${folder} import ${missing.join(', ')}.`);
  writeFileSync(join(target, 'index.d.ts'), text);
}

function pack(folder: string, output: string): Packed {
  const options = ['pack', '--json', '--pack-destination', output];
  const { status, stdout, stderr } = spawnSync('npm', options, { cwd: folder, encoding: 'utf8' });
  if (status !== 0) throw new Error(`npm pack: ${stderr}`);
  const [{ name, version, filename, entryCount, size }] = JSON.parse(stdout);
  return { name, version, tarball: join(output, filename), files: entryCount, bytes: size };
}

if (import.meta.main) {
  process.stdout.write('Building the packages: some ten seconds.\n');
  for await (const { name, version, tarball, files, bytes } of buildPackages(inProject('.build/packages')))
    process.stdout.write(`${name} ${version}, ${files} files, ${Math.round(bytes / KB)} KB: ${tarball}\n`);
}
