import { createHash } from 'node:crypto';
import canonicalize from 'canonicalize';
import { AppError } from '../../protocol/errors.ts';
import type { Article } from '../../protocol/trust/charter.ts';

/**
 * SHA-256 in hexadecimal of the UTF-8 bytes of `{"articles": […], "version": n}` in the canonical form of RFC 8785;
 * each article has exactly `id`, `text` and `title`, the last two in `en` and `fr`.
 */
export function charterHash(version: number, articles: readonly Article[]): string {
  const document = {
    version,
    articles: articles.map(({ id, title, text }) => ({
      id,
      title: { en: title.en, fr: title.fr },
      text: { en: text.en, fr: text.fr },
    })),
  };
  const canonical = canonicalize(document);
  if (canonical === undefined) throw new AppError('internal', 'The charter has no canonical form.');
  return createHash('sha256').update(canonical, 'utf8').digest('hex');
}
