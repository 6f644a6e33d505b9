/** `/openapi.json` for machines, and the pages under `/docs`, the same for people. */
import type { Express, Request, RequestHandler, Response } from 'express';
import type { HttpContext } from '../../context.ts';
import { publicScript } from '../security.ts';
import { docsPages } from './docs-page.ts';
import { createOpenApiDocument } from './openapi.ts';

export function mountDocs(app: Express, { config }: HttpContext, compress: RequestHandler): void {
  const document = createOpenApiDocument(config.publicUrl);
  // The document is public, so tools on other sites may read it.
  app.get('/openapi.json', publicScript, compress, (_request: Request, response: Response) => {
    response.set('cache-control', 'no-cache').json(document);
  });
  for (const [path, page] of docsPages(document)) {
    app.get(path, compress, (_request, response) => {
      response.set('cache-control', 'no-cache').type('html').send(page);
    });
  }
}
