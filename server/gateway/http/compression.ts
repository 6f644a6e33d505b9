/**
 * Compression: the build's files in their precompressed encodings, and public answers on the fly. Only answers that are
 * the same for everyone are compressed: the length of an answer that mixes a secret with an attacker's text reveals the
 * secret (BREACH).
 */
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { extname, join } from 'node:path';
import { promisify } from 'node:util';
import { brotliCompress, constants, gzip } from 'node:zlib';
import compression from 'compression';
import type { Request, RequestHandler, Response } from 'express';

/** Beyond this, brotli costs more time than it saves bytes. */
const BROTLI_QUALITY = 5;
const BROTLI_OPTIONS = { params: { [constants.BROTLI_PARAM_QUALITY]: BROTLI_QUALITY } };

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
    brotli: BROTLI_OPTIONS,
    filter: (request, response) =>
      request.get('authorization') === undefined && !hasSession(request) && compression.filter(request, response),
  });
}

const ENCODERS = {
  br: (bytes: Buffer) => promisify(brotliCompress)(bytes, BROTLI_OPTIONS),
  gzip: promisify(gzip),
  identity: async (bytes: Buffer) => bytes,
} as const;

/** An answer that is the same for everybody: each encoding is made once, when it is first asked for. */
export class PublicBody {
  readonly #type: string;
  readonly #bytes: Buffer;
  readonly #encoded = new Map<keyof typeof ENCODERS, Promise<{ bytes: Buffer; etag: string }>>();

  constructor(type: string, text: string) {
    this.#type = type;
    this.#bytes = Buffer.from(text);
  }

  async send(request: Request, response: Response, cacheControl = 'no-cache'): Promise<void> {
    const [encoding = 'identity'] = BUILT_ENCODINGS.find(([known]) => request.acceptsEncodings(known)) ?? [];
    const { bytes, etag } = await this.#encode(encoding);
    response.vary('Accept-Encoding').set({ 'cache-control': cacheControl, etag }).type(this.#type);
    if (encoding !== 'identity') response.set('content-encoding', encoding);
    response.send(bytes);
  }

  #encode(encoding: keyof typeof ENCODERS): Promise<{ bytes: Buffer; etag: string }> {
    const known = this.#encoded.get(encoding);
    if (known) return known;
    const encoded = ENCODERS[encoding](this.#bytes).then((bytes) => {
      return { bytes, etag: `"${createHash('sha256').update(bytes).digest('base64url')}"` };
    });
    this.#encoded.set(encoding, encoded);
    return encoded;
  }
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
