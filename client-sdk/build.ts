/** Builds what browsers load, for whoever calls it from code; on the command line it is `vite build` with the same configuration. */
import { fileURLToPath } from 'node:url';
import { createBuilder } from 'vite';

/** Writes the SDK, the elements and the site's pages into `.build/client/`, see `vite.config.ts`. */
export async function buildClient(): Promise<void> {
  const builder = await createBuilder({ configFile: fileURLToPath(new URL('vite.config.ts', import.meta.url)) });
  await builder.buildApp();
}
