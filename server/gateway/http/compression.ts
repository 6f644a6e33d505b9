/**
 * Compression: the build's files in their precompressed encodings, and public answers on the fly. Only answers that are
 * the same for everyone are compressed: the length of an answer that mixes a secret with an attacker's text reveals the
 * secret (BREACH).
 */
import { existsSync } from 'node:fs';
import { extname, join } from 'node:path';
import { constants } from 'node:zlib';
import compression from 'compression';
import type { Request, RequestHandler, Response } from 'express';

/** Beyond this, brotli costs more time than it saves bytes. */
const BROTLI_QUALITY = 5;

/** In order of preference. */
const BUILT_ENCODINGS = [
  ['br', '.br'],
  ['gzip', '.gz'],
] as const;

/**
 * For routes whose answer holds nothing secret. Answers to requests with credentials are left alone there too, since
 * they may name the person.
 */
export function compressPublic(hasSession: (request: Request) => boolean): RequestHandler {
  return compression({
    brotli: { params: { [constants.BROTLI_PARAM_QUALITY]: BROTLI_QUALITY } },
    filter: (request, response) =>
      request.get('authorization') === undefined && !hasSession(request) && compression.filter(request, response),
  });
}

interface BuiltFile {
  folder: string;
  /** A relative path; it must not come from a request unchecked. */
  name: string;
  cacheControl: string;
}

/** False if there is no such file. Each encoding has its own ETag, and ranges are of the encoded bytes (RFC 9110). */
export function sendBuiltFile(
  request: Request,
  response: Response,
  { folder, name, cacheControl }: BuiltFile,
): boolean {
  if (!existsSync(join(folder, name))) return false;
  response.vary('Accept-Encoding').set('cache-control', cacheControl).type(extname(name));
  const [encoding, suffix] =
    BUILT_ENCODINGS.find(([known, end]) => request.acceptsEncodings(known) && existsSync(join(folder, name + end))) ??
    [];
  if (encoding) response.set('content-encoding', encoding);
  response.sendFile(name + (suffix ?? ''), { root: folder, dotfiles: 'allow', cacheControl: false });
  return true;
}
