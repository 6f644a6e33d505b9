/** The charter of the house: immutable versions of articles, what creators accepted, and drafts of operators. */
import { z } from 'zod';
import { identity, pageLocale, singleLine, storableText } from '../accounts/accounts.ts';
import * as LIMITS from '../limits.ts';
import { moment } from '../moments.ts';

/** Several paragraphs, separated by an empty line. */
const paragraphs = storableText.trim().min(1).max(LIMITS.charterTextChars);

export const articleId = z
  .string()
  .max(40)
  .regex(/^[a-z](?:[a-z0-9-]*[a-z0-9])?$/, 'Small letters, digits and hyphens')
  .meta({ description: 'Stays the same in later versions, so that a decision can name the article' });

const titleOf = singleLine(LIMITS.titleChars);
const article = z.object({
  id: articleId,
  title: z.object({ en: titleOf, fr: titleOf }),
  text: z.object({ en: paragraphs, fr: paragraphs }),
});
export type Article = z.infer<typeof article>;

export const articles = z
  .array(article)
  .min(1)
  .max(LIMITS.charterArticles)
  .refine((list) => new Set(list.map(({ id }) => id)).size === list.length, 'Two articles have the same id');

const version = z.number().int().min(1).max(1_000_000);
/** SHA-256 in hexadecimal. */
const hash = z.string().regex(/^[0-9a-f]{64}$/);

/** The articles in one language. */
const shownArticle = z.object({ id: articleId, title: z.string(), text: z.string() });
export type ShownArticle = z.infer<typeof shownArticle>;

export const charterQuery = z.object({ lang: pageLocale.optional() });
/** The version in force. */
export const charter = z.object({ version, hash, effectiveFrom: z.string(), articles: z.array(shownArticle) });

const published = z.object({
  version,
  hash,
  state: z.enum(['announced', 'in_force', 'superseded']),
  announcedAt: z.string(),
  effectiveFrom: z.string(),
});
export type PublishedVersion = z.infer<typeof published>;
/** Newest first. */
export const charterVersionList = z.object({ versions: z.array(published) });
/** With the articles in both languages, which the hash covers. */
export const charterVersion = published.extend({ articles: z.array(article) });
export type CharterVersion = z.infer<typeof charterVersion>;

export const acceptanceInput = z.object({ version, language: pageLocale.optional() });
export const acceptance = z.object({
  identity,
  version,
  hash,
  language: pageLocale,
  acceptedAt: z.string(),
  /** `server`: recorded by an embedder's server for its creator. */
  via: z.enum(['participant', 'person', 'server']),
});
export type Acceptance = z.infer<typeof acceptance>;
/** Newest version first. */
export const acceptanceList = z.object({ acceptances: z.array(acceptance) });

const textPart = z.object({ kind: z.enum(['same', 'added', 'removed']), text: z.string() });
export type TextPart = z.infer<typeof textPart>;
/** What became of an article since another version; the parts tell new from old, word by word. */
export const articleChange = z.object({
  id: articleId,
  title: z.string(),
  titleParts: z.array(textPart),
  change: z.enum(['added', 'changed', 'removed', 'same']),
  parts: z.array(textPart),
});
export type ArticleChange = z.infer<typeof articleChange>;

export const charterReviewInput = z.object({ language: pageLocale.optional() });
/** What a creator reads before they accept. Null where no version is in force. */
export const charterReview = z.object({
  charter: z
    .object({
      version,
      hash,
      effectiveFrom: z.string(),
      /** The latest version that this creator accepted; null: none. `articles` are compared with it. */
      acceptedVersion: version.nullable(),
      articles: z.array(articleChange),
    })
    .nullable(),
});
export type CharterReview = z.infer<typeof charterReview>;

export const draftInput = z.object({
  articles,
  /** The hash of the draft that the writer has read; null: there was none. Another one is not replaced. */
  basedOn: hash.nullable().default(null),
});
export const draftDiscard = z.object({
  /** Of the draft that was read. */
  hash,
});
const charterDraft = z.object({ version, hash, articles: z.array(article), changedAt: z.string() });
export type CharterDraft = z.infer<typeof charterDraft>;
/** Null where there is no draft. */
export const charterDraftAnswer = z.object({ draft: charterDraft.nullable() });
export const announcementInput = z.object({
  /** Of the draft that was read: another one is not announced by mistake. */
  hash,
  /** From when it counts; without one at once. */
  effectiveFrom: moment.optional(),
});
