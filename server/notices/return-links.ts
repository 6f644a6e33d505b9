/**
 * Links that give a ticket back without a search and without a sign-in, as in the letter about a new date. The link
 * names the ticket encrypted, so that it proves itself; what it can do is to return the money to who paid.
 */
import type { SecretBox } from '../platform/secret-box.ts';

/** The token follows. */
export const RETURN_PATH = '/tickets/return';
/** Binds tokens to their purpose. */
const PURPOSE = 'ticket-return';
const TOKEN_MAX_CHARS = 512;

export class ReturnLinks {
  readonly #box: SecretBox;
  readonly #publicUrl: string;

  constructor({ box, publicUrl }: { box: SecretBox; publicUrl: string }) {
    this.#box = box;
    this.#publicUrl = publicUrl;
  }

  linkOf(ticket: string): string {
    return `${this.#publicUrl}${RETURN_PATH}/${this.#box.seal(ticket, PURPOSE)}`;
  }

  /** The ticket of a link; undefined if it was not made here, or under a key that is gone. */
  parse(token: string): string | undefined {
    return token.length > TOKEN_MAX_CHARS ? undefined : this.#box.open(token, PURPOSE);
  }
}
