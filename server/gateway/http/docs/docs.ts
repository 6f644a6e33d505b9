/** `/openapi.json` for machines, and the pages under `/docs`, the same for people. */
import type { Express, Request, Response } from 'express';
import type { HttpContext } from '../../context.ts';
import { PublicBody } from '../compression.ts';
import { publicScript } from '../security.ts';
import { docsPages } from './docs-page.ts';
import { createOpenApiDocument } from './openapi.ts';

export function mountDocs(app: Express, { config }: HttpContext): void {
  const document = createOpenApiDocument(config.publicUrl);
  const json = new PublicBody('json', JSON.stringify(document));
  // The document is public, so tools on other sites may read it.
  app.get('/openapi.json', publicScript, (request: Request, response: Response) => json.send(request, response));
  for (const [path, html] of docsPages(document)) {
    const page = new PublicBody('html', html);
    app.get(path, (request, response) => page.send(request, response));
  }
}
