/** `/openapi.json` for machines, and `/docs`, the same for people. */
import { readFileSync } from 'node:fs';
import type { Express, Request, RequestHandler, Response } from 'express';
import type { HttpContext } from '../../context.ts';
import { publicScript } from '../security.ts';
import { docsPage } from './docs-page.ts';
import { createOpenApiDocument } from './openapi.ts';

const STYLE = readFileSync(new URL('./docs.css', import.meta.url), 'utf8');

export function mountDocs(app: Express, { config }: HttpContext, compress: RequestHandler): void {
  const document = createOpenApiDocument(config.publicUrl);
  const page = docsPage(document);
  // The document is public, so tools on other sites may read it.
  app.get('/openapi.json', publicScript, compress, (_request: Request, response: Response) => {
    response.set('cache-control', 'no-cache').json(document);
  });
  app.get('/docs', compress, (_request, response) => {
    response.set('cache-control', 'no-cache').type('html').send(page);
  });
  app.get('/docs/docs.css', compress, (_request, response) => {
    response.set('cache-control', 'no-cache').type('css').send(STYLE);
  });
}
