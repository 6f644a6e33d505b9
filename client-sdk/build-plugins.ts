/** Plugins of the builds for browsers: they make what is loaded smaller. */
import { fileURLToPath } from 'node:url';
import type { Plugin } from 'vite';

/** As an alias: elements of Web Awesome are defined unless the page already has them. */
export const DEFINITION_GUARD = {
  '@lit/reactive-element/decorators/custom-element.js': fileURLToPath(
    new URL('elements/definition-guard.ts', import.meta.url),
  ),
};

/**
 * Leaves out Web Awesome's own icons, 43 KB, because `web-awesome.ts` registers ours in their place. The build of
 * `environment` fails where they were not found.
 */
export function withoutLibraryIcons(environment: string): Plugin {
  let isFound = false;
  return {
    name: 'without-library-icons',
    transform(code, id) {
      if (!id.includes('webawesome') || !code.includes('src/components/icon/library.system.ts')) return;
      const from = code.indexOf('var icons = {\n');
      const to = code.indexOf('\n};', from);
      if (from === -1 || to === -1) return;
      isFound = true;
      return { code: `${code.slice(0, from)}var icons = { solid: {}, regular: {} ${code.slice(to)}`, map: null };
    },
    buildEnd() {
      if (this.environment.name === environment && !isFound) this.error('The icons of Web Awesome were not found.');
    },
  };
}

/**
 * Leaves out of packages what the SDK does not use: handlers for React Native and for tests, the three copies of a
 * package that logs, and a transport. The build of `environment` fails where one of them was not found.
 */
export function withoutUnusedCode(environment: string): Plugin {
  const unused = [
    {
      path: /mediasoup-client\/lib\/(handlers\/(ReactNative106|FakeHandler)|test\/fakeParameters)\.js$/,
      code: 'module.exports = {};',
    },
    { path: /\/debug\/src\/browser\.js$/, code: 'module.exports = () => () => {};' },
    { path: /engine\.io-client\/build\/esm\/transports\/webtransport\.js$/, code: 'export class WT {}' },
  ];
  const found = new Set<object>();
  return {
    name: 'without-unused-code',
    transform(_code, id) {
      const part = unused.find(({ path }) => path.test(id));
      if (!part) return;
      found.add(part);
      return { code: part.code, map: null };
    },
    buildEnd() {
      const missing = unused.find((part) => !found.has(part));
      if (this.environment.name === environment && missing) this.error(`No module has a path like ${missing.path}.`);
    },
  };
}

/**
 * Takes comments and whitespace out of our `css` templates, which the minifier leaves as they are. Their line breaks
 * move behind the template, so that a source map still names the right lines.
 */
export function smallStyles(): Plugin {
  const shrink = (css: string) =>
    css
      .replaceAll(/\/\*[^*]*\*\//g, '')
      .replaceAll(/\s+/g, ' ')
      .replaceAll(/ ?([{};,]) ?/g, '$1')
      .replaceAll(/(?<=[:(]) | (?=\))/g, '')
      .replaceAll(';}', '}');
  return {
    name: 'small-styles',
    enforce: 'pre',
    transform(code, id) {
      if (!/\/(server\/web|client-sdk\/elements)\//.test(id)) return;
      const [before = '', ...templates] = code.split('css`');
      const shrunk = templates.map((rest) => {
        const end = rest.indexOf('`');
        const css = rest.slice(0, end);
        return `${shrink(css)}\`${'\n'.repeat(css.split('\n').length - 1)}${rest.slice(end + 1)}`;
      });
      return { code: [before, ...shrunk].join('css`'), map: null };
    },
  };
}
