/** API keys: the credentials of an embedder's server or another machine, and their scopes. */
import { z } from 'zod';
import { singleLine } from './accounts/accounts.ts';
import { idSchema } from './ids.ts';
import * as LIMITS from './limits.ts';

/** Each route of the server API requires exactly one scope. */
export const SCOPES = ['admin', 'tokens', 'rooms', 'money', 'moderation', 'events', 'metrics'] as const;
export const scope = z.enum(SCOPES);
export type Scope = z.infer<typeof scope>;

const keyId = idSchema('apiKey');
const time = z.iso.datetime();

const ORIGIN_CHARS = 255;
const ORIGIN_FAULT = 'An origin is a scheme, a host and perhaps a port, such as https://club.example';
/** An origin by name. Forms that URL parsers rewrite, such as a default port, are refused. */
const ORIGIN_PATTERN =
  '^https?:\\/\\/([a-z0-9]([a-z0-9]|-[a-z0-9])*\\.)*[a-z]([a-z0-9]|-[a-z0-9])*(:([1-9]\\d{3}|[1-5]\\d{4}))?$';
const origin = z
  .string()
  .max(ORIGIN_CHARS)
  .regex(/^https?:\/\/[a-z0-9.:[\]-]+$/, ORIGIN_FAULT)
  .refine((value) => URL.canParse(value) && new URL(value).origin === value, ORIGIN_FAULT)
  .meta({ pattern: ORIGIN_PATTERN });

export const apiKeyInput = z.object({
  name: singleLine(LIMITS.nameChars).meta({ description: 'What the key is for, shown in the list of keys' }),
  scopes: z
    .array(scope)
    .min(1)
    .refine((given) => new Set(given).size === given.length, 'Each scope once')
    .meta({ uniqueItems: true }),
  origins: z.array(origin).min(1).max(LIMITS.keyOrigins).optional().meta({
    description: 'Web origins from which tokens of this key count; without them those of LOGE_ALLOWED_ORIGINS',
  }),
  expiresAt: time.optional().meta({ description: 'From then on neither the key nor its tokens count' }),
});
export type ApiKeyInput = z.infer<typeof apiKeyInput>;

export const apiKey = z.object({
  id: keyId.meta({ description: 'User name of HTTP Basic, and `iss` of the tokens that the key signs' }),
  name: z.string(),
  scopes: z.array(scope),
  origins: z.array(z.string()).nullable(),
  createdAt: time,
  /** Id of the key that created this one. */
  createdBy: z.string(),
  expiresAt: time.nullable(),
  revokedAt: time.nullable(),
  /** To the minute. */
  lastUsedAt: time.nullable(),
});
export type ApiKey = z.infer<typeof apiKey>;

export const apiKeyWithSecret = apiKey.extend({
  secret: z.string().meta({ description: 'Password of HTTP Basic, and with the scope `tokens` the key of HS256' }),
});
export type ApiKeyWithSecret = z.infer<typeof apiKeyWithSecret>;
export const apiKeyList = z.object({ keys: z.array(apiKey) });
