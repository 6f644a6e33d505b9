/**
 * Pictures that people upload: a person's portrait, a room's poster. They are kept in the database, where every gateway
 * has them. Domains and the gateway call it; it knows neither people nor rooms.
 */

import { AppError } from '../../protocol/errors.ts';
import * as LIMITS from '../../protocol/limits.ts';
import { PICTURE_SIZES, type Picture, type PictureUse, pictureOf } from '../../protocol/pictures.ts';
import { type Clock, isoIn } from '../clock.ts';
import type { Database, Orm } from '../db/db.ts';
import { LimitedProcess } from '../limited-process/limited-process.ts';
import type { Log } from '../log.ts';
import type { EncodedPicture, UploadedPicture } from './picture-encoder.ts';
import { hasKnownType } from './picture-type.ts';
import { PicturesStore } from './pictures.store.ts';

/** A picture of 50 megapixels with 16 bits a colour takes 600 MiB while it is decoded. */
const ENCODER_BYTES = 768 * 1024 ** 2;
/** A little more than the encoder's own limit. */
const ENCODE_LIMIT_MS = 20_000;
const ENCODER_LIFE_MS = 30_000;

type Admit = (tx: Orm) => Promise<void>;

export interface PictureSubject {
  use: PictureUse;
  /** A person, or a room. */
  subject: string;
}

export class Pictures {
  readonly #store: PicturesStore;
  readonly #clock: Clock;
  /** The gateway limits how many uploads wait for it. */
  readonly #encoder: LimitedProcess<UploadedPicture, EncodedPicture>;

  constructor({ db, clock, log }: { db: Database; clock: Clock; log: Log }) {
    this.#store = new PicturesStore(db);
    this.#clock = clock;
    this.#encoder = new LimitedProcess({
      module: new URL('./picture-encoder.process.ts', import.meta.url),
      memoryBytes: ENCODER_BYTES,
      requestMs: ENCODE_LIMIT_MS,
      lifeMs: ENCODER_LIFE_MS,
      log,
    });
  }

  /**
   * Replaces the picture of the subject. `owner` is the person with whose data it is erased; `admit` may refuse it in
   * the transaction that writes it.
   */
  async set({ use, subject }: PictureSubject, owner: string, upload: Buffer, admit?: Admit): Promise<Picture> {
    const { hash, files } = await this.#encode({ use, upload });
    await this.#store.transaction(async (tx) => {
      await admit?.(tx);
      const earlier = await this.#store.findHash(use, subject, tx);
      const setAt = isoIn(this.#clock);
      await this.#store.insertFiles(tx, hash, files);
      await this.#store.setUse(tx, { use, subject, owner, hash, setAt });
      if ((await this.#store.countOf(tx, owner)) > LIMITS.picturesPerOwner) {
        throw new AppError('rate_limited', 'You have too many pictures. Remove some first.');
      }
      if (earlier !== undefined && earlier !== hash) await this.#store.deleteUnused(tx, [earlier]);
    });
    return pictureOf(use, hash);
  }

  async remove({ use, subject }: PictureSubject, admit?: Admit): Promise<void> {
    await this.#store.transaction(async (tx) => {
      await admit?.(tx);
      await this.#store.deleteUnused(tx, await this.#store.deleteUse(tx, use, subject));
    });
  }

  /** For the erasure of a person's data. */
  async removeAllOf(owner: string): Promise<void> {
    await this.#store.transaction(async (tx) => {
      await this.#store.deleteUnused(tx, await this.#store.deleteUsesOf(tx, owner));
    });
  }

  async find({ use, subject }: PictureSubject): Promise<Picture> {
    return pictureOf(use, await this.#store.findHash(use, subject));
  }

  /** Each picture of a person in its largest size, one at a time. */
  async *readAllOf(owner: string): AsyncGenerator<PictureSubject & { bytes: Uint8Array }> {
    for (const { use, subject, hash } of await this.#store.usesOf(owner)) {
      const bytes = await this.#store.findFile(hash, PICTURE_SIZES[use].at(-1)?.width ?? 0);
      if (bytes) yield { use, subject, bytes };
    }
  }

  /** The file at a picture's address. */
  async readFile(hash: string, width: number): Promise<Uint8Array | undefined> {
    return this.#store.findFile(hash, width);
  }

  async #encode(picture: UploadedPicture): Promise<EncodedPicture> {
    // Needs no process.
    if (!hasKnownType(picture.upload)) throw new AppError('picture_invalid');
    try {
      return await this.#encoder.run(picture);
    } catch (error) {
      if (error instanceof AppError && error.code !== 'internal') throw error;
      // The process ended over it.
      throw new AppError('picture_invalid', 'The file is damaged.', { cause: error });
    }
  }
}
