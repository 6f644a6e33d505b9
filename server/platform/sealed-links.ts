/**
 * Links that authorise without a sign-in, as in letters: to give a ticket back, to follow a report by the form. A link
 * names its subject encrypted, so that it proves itself.
 */
import type { SecretBox } from './secret-box.ts';

const TOKEN_MAX_CHARS = 512;

interface SealedLinksOptions {
  box: SecretBox;
  publicUrl: string;
  /** The token follows. */
  path: string;
  /** Binds tokens to their purpose. */
  purpose: string;
}

export class SealedLinks {
  readonly #options: SealedLinksOptions;

  constructor(options: SealedLinksOptions) {
    this.#options = options;
  }

  get path(): string {
    return this.#options.path;
  }

  linkOf(subject: string): string {
    const { box, publicUrl, path, purpose } = this.#options;
    return `${publicUrl}${path}/${box.seal(subject, purpose)}`;
  }

  /** The subject of a link; undefined if it was not made here, or under a key that is gone. */
  parse(token: string): string | undefined {
    return token.length > TOKEN_MAX_CHARS ? undefined : this.#options.box.open(token, this.#options.purpose);
  }
}

type Placed = Pick<SealedLinksOptions, 'box' | 'publicUrl'>;

/** What it can do is to return the money to who paid. */
export function returnLinks(placed: Placed): SealedLinks {
  return new SealedLinks({ ...placed, path: '/tickets/return', purpose: 'ticket-return' });
}

/** Shows what became of a report by the form, and lets its sender appeal. */
export function reportLinks(placed: Placed): SealedLinks {
  return new SealedLinks({ ...placed, path: '/reports/by-form', purpose: 'report-by-form' });
}
