/** People on the wire: identities, names, roles, and the claims of a room token. */
import { z } from 'zod';
import { roomId } from '../ids.ts';
import { LANGUAGE_CODES } from '../languages.ts';
import * as LIMITS from '../limits.ts';

/** The language of a page that a person is sent to. */
export const pageLocale = z.enum(LANGUAGE_CODES);

/** An embedder's id of a person: letters, digits and `. _ - : @ |`, so that it is safe in paths, logs and selectors. */
export const identity = z
  .string()
  .min(1)
  .max(LIMITS.identityChars)
  .regex(/^[A-Za-z0-9._:@|-]+$/, 'An identity may have letters, digits and . _ - : @ | only')
  .meta({ description: "The embedder's own id of a person" });

// Control and bidirectional-override characters let a name pretend to be another.
// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are exactly what is refused here.
const UNSAFE_CHARS = /[\u0000-\u001f\u007f-\u009f\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]/u;

const UNSAFE = UNSAFE_CHARS.source.slice(1, -1);
/** For the OpenAPI document. Half a surrogate pair is not well-formed. */
const SAFE_LINE = `^[^\\s${UNSAFE}\\ud800-\\udfff][^${UNSAFE}\\ud800-\\udfff]*$`;

const CONTROLS = String.raw`\u0000-\u001f`;
const CONTROLS_BESIDE_LINES = String.raw`\u0000-\u0008\u000b\u000c\u000e-\u001f`;
/** The same with tabs and line breaks, but not at the start. */
const SAFE_TEXT = `[^\\s${UNSAFE}\\ud800-\\udfff][^${UNSAFE.replace(CONTROLS, CONTROLS_BESIDE_LINES)}\\ud800-\\udfff]*`;

/** A character that can be seen: the letters and the symbol named here look like spaces in every font. */
export const VISIBLE = /[^\s\p{M}\p{Cf}\u115f\u1160\u2800\u3164\uffa0]/u;

/** One line of text that can be seen: trimmed, without control or direction-changing characters. */
export function singleLine(maxChars: number) {
  return z
    .string()
    .trim()
    .min(1)
    .refine((value) => [...value].length <= maxChars, `At most ${maxChars} characters`)
    .refine((value) => !UNSAFE_CHARS.test(value), 'Control and direction characters are not allowed')
    .refine((value) => VISIBLE.test(value), 'Nothing of this text can be seen')
    .refine((value) => value.isWellFormed(), 'The text is not well-formed Unicode')
    .meta({ maxLength: maxChars, pattern: SAFE_LINE });
}

/** Text of any characters that the database can store. */
export const storableText = z
  .string()
  .refine((value) => value.isWellFormed() && !value.includes('\0'), 'The text is not well-formed Unicode');

/** Text of several lines: trimmed, without other control or direction-changing characters. */
export function multiLine(maxChars: number, minChars = 0) {
  return z
    .string()
    .overwrite((value) => value.replace(/\r\n?/g, '\n').replaceAll('\t', ' ').trim())
    .min(minChars)
    .refine((value) => [...value].length <= maxChars, `At most ${maxChars} characters`)
    .refine(
      (value) => !UNSAFE_CHARS.test(value.replaceAll('\n', '')),
      'Control and direction characters are not allowed',
    )
    .refine((value) => value.isWellFormed(), 'The text is not well-formed Unicode')
    .meta({ maxLength: maxChars, pattern: minChars > 0 ? `^${SAFE_TEXT}$` : `^(?:${SAFE_TEXT})?$` });
}

export const displayName = singleLine(LIMITS.nameChars).meta({ description: 'Name shown to others' });
export const role = z.enum(['creator', 'moderator', 'fan']);
export type Role = z.infer<typeof role>;

/** ISO 3166-1 alpha-2. */
export const country = z
  .string()
  .regex(/^[A-Z]{2}$/)
  .meta({ description: 'ISO 3166-1 alpha-2 country code' });

export const participant = z.object({ identity, name: displayName, role });
export type Participant = z.infer<typeof participant>;

/** Narrows or widens the rights of the role; absent fields follow the role. */
export const permissions = z
  .object({
    publish: z.boolean(),
    subscribe: z.boolean(),
    chat: z.boolean(),
    tip: z.boolean(),
    moderate: z.boolean(),
  })
  .partial();
export type Permissions = z.infer<typeof permissions>;

/** The claims of a room token (RFC 7519), signed HS256 with the API secret. */
export const tokenClaims = z.object({
  iss: z.string().max(128),
  sub: identity,
  name: displayName,
  room: roomId,
  role,
  iat: z.number().int(),
  exp: z.number().int(),
  nbf: z.number().int().optional(),
  entitled: z.boolean().optional(),
  can: permissions.optional(),
  /** The session of a person of the house that the token was made from; it ends with the session. */
  logeSession: z.string().max(64).optional(),
});
export type TokenClaims = z.infer<typeof tokenClaims>;

export const creatorInput = z.object({ identity, name: displayName, country });
export type CreatorInput = z.infer<typeof creatorInput>;
export const creator = creatorInput.extend({ createdAt: z.iso.datetime() });
export type Creator = z.infer<typeof creator>;

export const tokenInput = z.object({
  identity,
  name: displayName,
  room: roomId,
  role,
  ttlSeconds: z.number().int().min(10).max(LIMITS.tokenTtlMaxSeconds).optional(),
  entitled: z.boolean().optional(),
  can: permissions.optional(),
});
export type TokenInput = z.infer<typeof tokenInput>;

export const tokenAnswer = z.object({ token: z.string() });

/** Everything that the house stores about a person, by table. */
export const participantExport = z.object({
  identity,
  exportedAt: z.iso.datetime(),
  tables: z.array(
    z.object({
      domain: z.string(),
      table: z.string(),
      rows: z.array(z.record(z.string(), z.unknown())),
      /** True if the person has more rows than an answer holds. */
      isTruncated: z.boolean(),
    }),
  ),
});
export type ParticipantExport = z.infer<typeof participantExport>;

export const participantErasure = z.object({
  identity,
  /** Replaces the identity in the chat's logs. */
  pseudonym: identity,
  erasedMessages: z.number().int(),
});
export type ParticipantErasure = z.infer<typeof participantErasure>;
