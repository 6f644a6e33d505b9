/**
 * Reads uploaded files. A file is in memory until its operation has ended, so a few uploads are admitted at a time, one
 * of each person and two of each address, and a body has to arrive in time. When all places are taken, a new upload
 * gets that of the slowest one which still arrives, so that slow uploads block nobody.
 */
import express, { type Request, type Response } from 'express';
import { AppError } from '../../protocol/errors.ts';
import type { UploadRules } from '../../protocol/operations/contract.ts';
import { addressKey } from '../rate-limits.ts';
import { parseBody } from './input.ts';

const MAX_OPEN = 8;
/** An upload has this long before a new one may take its place. */
const GRACE_MS = 3_000;
const MAX_OPEN_OF_ADDRESS = 2;
/** A photograph of 4 MB arrives in this time at 0.6 Mbit/s. */
const BODY_MS = 60_000;
const RETRY_AFTER_MS = 2_000;

interface OpenUpload {
  person: string | undefined;
  address: string;
  startedAtMs: number;
  /** Of the body so far. */
  receivedBytes(): number;
  /** Ends it while its body arrives. */
  end: ((error: AppError) => void) | undefined;
}

export class Uploads {
  readonly #open = new Set<OpenUpload>();

  /** Reads the file and passes it to `use`. `person` is undefined for a server, which uploads for many people. */
  async receive(
    rules: UploadRules,
    { person, request, response }: { person: string | undefined; request: Request; response: Response },
    use: (file: Buffer) => Promise<void>,
  ): Promise<void> {
    const { socket } = request;
    const before = socket.bytesRead;
    const upload: OpenUpload = {
      person,
      address: addressKey(request.ip ?? ''),
      startedAtMs: performance.now(),
      receivedBytes: () => socket.bytesRead - before,
      end: undefined,
    };
    if (person !== undefined) {
      const others = [...this.#open].filter((other) => other.person !== undefined);
      const ofAddress = others.filter(({ address }) => address === upload.address);
      if (others.some((other) => other.person === person) || ofAddress.length >= MAX_OPEN_OF_ADDRESS)
        throw new AppError('rate_limited', 'Upload one file at a time.', { retryAfterMs: RETRY_AFTER_MS });
    }
    if (this.#open.size >= MAX_OPEN) this.#endSlowest();
    this.#open.add(upload);
    try {
      await use(await this.#readFile(upload, rules, request, response));
    } finally {
      this.#open.delete(upload);
    }
  }

  #endSlowest(): void {
    const nowMs = performance.now();
    const rateOf = (upload: OpenUpload) => upload.receivedBytes() / (nowMs - upload.startedAtMs);
    const [slowest] = [...this.#open]
      .filter(({ end, startedAtMs }) => end && nowMs - startedAtMs > GRACE_MS)
      .sort((left, right) => rateOf(left) - rateOf(right));
    const unavailable = new AppError('unavailable', undefined, { retryAfterMs: RETRY_AFTER_MS });
    if (!slowest?.end) throw unavailable;
    slowest.end(unavailable);
    this.#open.delete(slowest);
  }

  async #readFile(
    upload: OpenUpload,
    { types, maxBytes }: UploadRules,
    request: Request,
    response: Response,
  ): Promise<Buffer> {
    const late = Promise.withResolvers<never>();
    upload.end = (error) => {
      // The rest of the body is not read: the connection ends with the answer.
      response.set('connection', 'close');
      late.reject(error);
    };
    const timer = setTimeout(() => upload.end?.(new AppError('timeout', 'The file did not arrive in time.')), BODY_MS);
    const parse = express.raw({ limit: maxBytes, type: [...types], inflate: false });
    try {
      await Promise.race([parseBody(parse, request, response), late.promise]);
    } finally {
      clearTimeout(timer);
      upload.end = undefined;
    }
    if (Buffer.isBuffer(request.body)) return request.body;
    throw new AppError('invalid_request', `Send the file itself, with its \`Content-Type\`: ${types.join(', ')}.`);
  }
}
