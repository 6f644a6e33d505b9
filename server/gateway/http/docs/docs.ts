/** `/openapi.json` for machines, and the pages under `/docs`, the same for people. */
import type { Express, NextFunction, Request, Response } from 'express';
import { AppError } from '../../../protocol/errors.ts';
import type { HttpContext } from '../../context.ts';
import { PublicBody } from '../compression.ts';
import { publicScript } from '../security.ts';
import { docsPages } from './docs-page.ts';
import { createOpenApiDocument } from './openapi.ts';

export function mountDocs(app: Express, { config }: HttpContext): void {
  // At the first request: it would take a tenth of every start.
  let built: ReturnType<typeof createDocs> | undefined;
  const docs = () => {
    built ??= createDocs(config.publicUrl);
    return built;
  };
  // The document is public, so tools on other sites may read it.
  app.get('/openapi.json', publicScript, (request: Request, response: Response) => docs().json.send(request, response));
  const sendPage = (request: Request, response: Response, next: NextFunction) => {
    const page = docs().pages.get(request.path.replace(/\/$/, ''));
    return page ? page.send(request, response) : next(new AppError('not_found'));
  };
  app.get('/docs', sendPage);
  app.get('/docs/:name', sendPage);
}

function createDocs(publicUrl: string): { json: PublicBody; pages: Map<string, PublicBody> } {
  const document = createOpenApiDocument(publicUrl);
  const pages = [...docsPages(document)].map(([path, html]) => [path, new PublicBody('html', html)] as const);
  return { json: new PublicBody('json', JSON.stringify(document)), pages: new Map(pages) };
}
