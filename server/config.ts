/**
 * Configuration: read once from the environment, validated with all faults named together, frozen. The server's only
 * reader of the environment. Development has a default for everything; production refuses each of these defaults.
 */
import { hkdfSync } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';
import { accountsChart, helpContacts, readDac7Schema, readFrom, vatRates } from './operator-files.ts';
import { parseRedisUrl } from './platform/redis/redis-url.ts';
import { SCOPES, type Scope } from './protocol/keys.ts';
import { CURRENCY_CODES, isCurrency } from './protocol/money/currencies.ts';
import { isStatementName, statementNameOf } from './statement-name.ts';
import { parseWitnesses } from './witness-lists.ts';

export const DEVELOPMENT_API_KEY = 'devkey';
export const DEVELOPMENT_API_SECRET = 'devsecret_not_for_production_use_0000';
const DEVELOPMENT_ENCRYPTION_KEY = 'devsecret_that_encrypts_not_for_production_0000';
const DEVELOPMENT_SFU_SECRET = 'devsecret_of_the_sfu_not_for_production_0000';
/** Name of the key with the secret LOGE_METRICS_SECRET. */
const METRICS_KEY = 'metrics';
/** Name of the key with which the house signs the tokens of its own people; its secret never leaves the server. */
const SITE_KEY = 'site';
const DEVELOPMENT_DATA_DIR = '.data';
const DEVELOPMENT_MAIL_FROM = { name: 'Loge', address: 'loge@localhost' };
const EXAMPLE_HOUSE_PAGES = fileURLToPath(new URL('./web/house-pages', import.meta.url));
const SECRET_MIN_CHARS = 32;

const text = z.string().trim().min(1);
const port = z.coerce.number().int().min(1).max(65_535);
const list = z.string().transform((value) =>
  value
    .split(',')
    .map((item) => item.trim())
    .filter(Boolean),
);

/** The current one first; a second one while the first replaces it. */
const secrets = list.refine(
  (given) => given.length > 0 && given.every(({ length }) => length >= SECRET_MIN_CHARS),
  `must have at least ${SECRET_MIN_CHARS} characters`,
);

/** With any other URL, a browser refuses to create a connection. */
const turnUrls = list.refine(
  (given) => given.every((url) => /^turns?:[\w.:[\]-]+(\?transport=(udp|tcp))?$/.test(url)),
  'must be URLs such as `turn:turn.example:3478?transport=udp`',
);

/** As browsers send them: in lower case, without a default port or a slash at the end. `none` stands for no origin. */
function parseOrigins(given: string[], context: z.RefinementCtx): string[] {
  return given.flatMap((item) => {
    if (item === 'none') return [];
    const url = URL.parse(item);
    if (url && !url.host.includes('*')) {
      if (/^https?:$/.test(url.protocol) && url.href === `${url.origin}/`) return url.origin;
      // An app's, such as `capacitor://localhost`.
      if (item === `${url.protocol}//${url.host}`) return item;
    }
    context.addIssue(`\`${item}\` is no origin such as https://club.example`);
    return [];
  });
}

/** `Name <address>`, or an address alone, which then is the name too. */
function parseMailFrom(value: string, context: z.RefinementCtx): { name: string; address: string } {
  const start = value.lastIndexOf('<');
  const isNamed = start >= 0 && value.endsWith('>');
  const address = z.email().safeParse(isNamed ? value.slice(start + 1, -1).trim() : value);
  if (address.success)
    return { name: (isNamed && value.slice(0, start).trim()) || address.data, address: address.data };
  context.addIssue('must be an address such as `Loge <mail@loge.example>`');
  return z.NEVER;
}

/**
 * In the spelling of Intl. An offset such as `+02:00` is refused, because most houses have another one for half of the
 * year. IANA names of a fixed offset, such as `Etc/GMT-2` and `EST`, pass.
 */
function parseTimeZone(value: string, context: z.RefinementCtx): string {
  try {
    if (/^[a-z]/i.test(value)) return new Intl.DateTimeFormat('en', { timeZone: value }).resolvedOptions().timeZone;
  } catch {
    // No such zone.
  }
  context.addIssue('must be the name of an IANA time zone, such as `Europe/Paris`; leave it out for UTC');
  return z.NEVER;
}

const environment = z.object({
  NODE_ENV: z.enum(['development', 'production', 'test']).default('development'),
  PORT: port.default(3000),
  LOGE_HOST: text.optional(),
  DATABASE_URL: z.url({ protocol: /^postgres(ql)?$/ }).optional(),
  LOGE_DATA_DIR: text.optional(),
  REDIS_URL: text
    .superRefine((value, issues) => {
      try {
        parseRedisUrl(value);
      } catch (error) {
        issues.addIssue({ code: 'custom', message: error instanceof Error ? error.message : String(error) });
      }
    })
    .optional(),
  STRIPE_SECRET_KEY: text.optional(),
  /** One secret, or two separated by a comma while one replaces the other. */
  STRIPE_WEBHOOK_SECRET: list.optional(),
  LOGE_STRIPE_EMULATOR_PORT: port.optional(),
  /** A running emulator; several gateways can share one. */
  LOGE_STRIPE_EMULATOR_URL: z.url({ protocol: /^http$/ }).optional(),
  /** Messages per second that are shown in a busy room; the rest is sampled. 0 shows all. */
  LOGE_CHAT_READABLE_PER_SECOND: z.coerce.number().int().min(0).max(10_000).default(30),
  LOGE_API_KEY: text
    .max(128)
    .regex(/^[^:]*$/, 'must not contain a colon')
    .optional(),
  LOGE_API_SECRET: secrets.optional(),
  /** Secret of the built-in key `metrics`, whose only scope is `metrics`. */
  LOGE_METRICS_SECRET: text.min(SECRET_MIN_CHARS, `must have at least ${SECRET_MIN_CHARS} characters`).optional(),
  /** Encrypts secrets in the database and signs the site's cookies. */
  LOGE_ENCRYPTION_KEY: secrets.optional(),
  LOGE_PUBLIC_URL: z.url({ protocol: /^https?$/ }).optional(),
  /** `on`: the house has accounts and a public list; `off`: it only embeds. */
  LOGE_SITE: z.enum(['on', 'off']).optional(),
  LOGE_ALLOWED_ORIGINS: list.transform(parseOrigins).optional(),
  /** In a house that only embeds: identities that may open the money desk, separated by commas. */
  LOGE_OPERATORS: list.optional(),
  /** A JSON file with VAT rates in basis points by country, which override the defaults: `{"FR": 2000}`. */
  LOGE_VAT_RATES: text.transform(readFrom(vatRates)).optional(),
  /** A JSON file with numbers and names of accounts, for the journal. */
  LOGE_ACCOUNTS_CHART: text.transform(readFrom(accountsChart)).optional(),
  /** A JSON file with numbers that help people in danger, by country; the form for reports shows them after 112. */
  LOGE_HELP_CONTACTS: text.transform(readFrom(helpContacts)).optional(),
  /** A folder with the pages that the house writes itself: `terms.en.html` and so on. */
  LOGE_HOUSE_PAGES: text.optional(),
  /** `smtps://user:password@host`, or `smtp://…` with STARTTLS where the server offers it. */
  LOGE_SMTP_URL: z.url({ protocol: /^smtps?$/, error: 'must be an smtp:// or smtps:// URL' }).optional(),
  /** The sender of all mail: `Name <address>`. */
  LOGE_MAIL_FROM: text.transform(parseMailFrom).optional(),
  /** The OpenID provider by which people with a seat in the house may sign in. */
  LOGE_OIDC_ISSUER: z.url({ protocol: /^https?$/, error: 'must be an https:// URL' }).optional(),
  LOGE_OIDC_CLIENT_ID: text.max(255).optional(),
  LOGE_OIDC_CLIENT_SECRET: text.optional(),
  /** Letters per hour, of sign-in letters and of all others each. What is above waits. */
  LOGE_MAIL_PER_HOUR: z.coerce.number().int().min(1).max(10_000_000).default(5_000),
  LOGE_TRUST_PROXY: z.coerce.number().int().min(0).max(10).default(0),
  LOGE_CURRENCY: z
    .string()
    .refine(isCurrency, `must be one of ${CURRENCY_CODES}: others have not been checked at the payment provider`)
    .default('eur'),
  /** Where the house is established; its VAT applies to buyers of unknown country. */
  LOGE_HOUSE_COUNTRY: z
    .string()
    .regex(/^[A-Z]{2}$/, 'must be an ISO 3166-1 alpha-2 code, such as FR')
    .default('FR'),
  /** Of dates and times in letters, pages, link previews and exports, whose reader's own time zone is not known. */
  LOGE_TIME_ZONE: text.transform(parseTimeZone).default('UTC'),
  /** The seller on receipts. In production receipts get no numbers without it. */
  LOGE_HOUSE_NAME: text.optional(),
  LOGE_HOUSE_ADDRESS: text.optional(),
  /** Its VAT number. */
  LOGE_HOUSE_VAT: text.optional(),
  /** Its tax identification number, in France the SIREN: reports under DAC7 need it. */
  LOGE_HOUSE_TAX_NUMBER: text.optional(),
  /** A folder with the tax authority's schema for reports under DAC7. */
  LOGE_DAC7_XSD: text.transform(readDac7Schema).optional(),
  /** The house on bank statements: neutral, since families share them. The account's own name goes before it. */
  LOGE_STATEMENT_NAME: text
    .refine(isStatementName, 'must be 2 to 10 Latin letters, digits, spaces, dots or hyphens, one of them a letter')
    .optional(),
  /** Whom people write to about money. */
  LOGE_HOUSE_CONTACT: z.email().optional(),
  /** `off`: no credit; tickets and tips are paid directly by card. */
  WALLET_MODE: z.enum(['on', 'off']).default('on'),
  /**
   * `tickets`: promotional credit cannot pay tips or private minutes, by which a fan could pass it to a befriended
   * creator.
   */
  LOGE_PROMO_PAYS: z.enum(['everything', 'tickets']).default('everything'),
  CONTENT_POLICY: z.enum(['standard', 'adult']).default('standard'),
  /** Signing secret of the provider's webhook endpoint for connected accounts. */
  STRIPE_CONNECT_WEBHOOK_SECRET: text.optional(),
  LOGE_EARNINGS_HOLD_DAYS: z.coerce.number().int().min(0).max(180).optional(),
  LOGE_NEW_CREATOR_HOLD_DAYS: z.coerce.number().int().min(0).max(180).optional(),
  /** Lives of a room that are shorter together count as not held: its tickets go back. 0: any live counts. */
  LOGE_MIN_LIVE_MINUTES: z.coerce.number().int().min(0).max(60).default(5),
  /** Whether to accept creators in countries where the payment provider pays nobody. */
  LOGE_CREATORS_WITHOUT_PAYOUTS: z.enum(['on', 'off']).default('off'),
  /** Whether an operator accepts each new creator. */
  LOGE_CREATOR_APPROVAL: z.enum(['on', 'off']).default('off'),
  /** How many seats of the committee have to be held; absent: more than half of them. */
  LOGE_COMMITTEE_QUORUM: z.coerce.number().int().min(1).max(25).optional(),
  /** Who is asked to cosign the record: `VKEY URL`, with commas or newlines between. */
  LOGE_WITNESSES: z.string().default('').transform(parseWitnesses),
  /** How many full years after the year of its issue a receipt keeps its buyer. */
  LOGE_INVOICE_RETENTION_YEARS: z.coerce.number().int().min(1).max(30).default(10),
  /** Of each sale this share is held back for so many days, as a reserve for refunds and disputes. */
  LOGE_RESERVE_PERCENT: z.coerce.number().min(0).max(100).default(0),
  LOGE_RESERVE_DAYS: z.coerce.number().int().min(1).max(365).default(90),
  /** What an operator books in a day before a second one has to confirm. */
  LOGE_UNCONFIRMED_BOOKING_MINOR: z.coerce.number().int().min(0).max(100_000_000).default(50_000),
  /** How many full years after the year of the earnings the name is kept for reports; the directive has 5 to 10. */
  LOGE_TAX_REPORT_YEARS: z.coerce.number().int().min(5).max(10).default(10),
  LOGE_PAYOUT_MIN_MINOR: z.coerce.number().int().min(1).max(10_000_000).optional(),
  /** What the provider charges for a dispute. Below four times that, a payment reported as fraud is refunded. */
  LOGE_DISPUTE_FEE_MINOR: z.coerce.number().int().min(0).max(1_000_000).optional(),
  /** How long messages keep their text and author. */
  LOGE_CHAT_RETENTION_DAYS: z.coerce.number().int().min(1).max(3_650).default(365),
  /** How long the evidence of reports is kept. */
  LOGE_CHAT_EVIDENCE_DAYS: z.coerce.number().int().min(1).max(3_650).default(1_095),
  LOGE_LOG_LEVEL: z.enum(['debug', 'info', 'warn', 'error', 'silent']).optional(),
  LOGE_SFU_LISTEN_IP: text.optional(),
  LOGE_SFU_ANNOUNCED_ADDRESS: text.optional(),
  LOGE_SFU_PORT: port.optional(),
  LOGE_SFU_WORKERS: z.coerce.number().int().min(0).max(256).optional(),
  /** Whether to keep spare media sessions, with more than one worker. */
  LOGE_SFU_SPARES: z.enum(['on', 'off']).default('on'),
  LOGE_SFU_SECRET: secrets.optional(),
  /** This gateway's region, as in the SFU nodes' LOGE_SFU_REGION. */
  LOGE_REGION: text.max(60).optional(),
  LOGE_TURN_URLS: turnUrls.optional(),
  LOGE_TURN_SECRET: text.optional(),
});

export type Config = Readonly<ReturnType<typeof toConfig>>;

/** All faults of the environment, each with what to set. */
export class ConfigError extends Error {
  readonly faults: string[];
  constructor(faults: string[], hint?: string) {
    const count = faults.length === 1 ? 'a fault' : `${faults.length} faults`;
    super(`The configuration has ${count}:\n  - ${faults.join('\n  - ')}${hint ? `\n${hint}` : ''}`);
    this.name = 'ConfigError';
    this.faults = faults;
  }
}

/** What a process runs: everything, one gateway among several, or a command. */
export type Part = 'all' | 'gateway' | 'command';

export function parseConfig(env: Record<string, string | undefined>, part: Part = 'all'): Config {
  // Compose files set empty variables for absent ones.
  const given: Record<string, string> = Object.fromEntries(
    Object.entries(env).flatMap(([name, value]) => (value ? [[name, value]] : [])),
  );
  const parsed = environment.safeParse(given);
  const faults = parsed.success ? [] : parsed.error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`);
  const production = given.NODE_ENV === 'production';
  const carriesMedia =
    part !== 'command' && (given.LOGE_SFU_WORKERS === undefined ? part !== 'gateway' : given.LOGE_SFU_WORKERS !== '0');
  if (production) faults.push(...productionFaults(given, carriesMedia));
  if (part !== 'command' && !carriesMedia && !given.REDIS_URL) {
    faults.push('LOGE_SFU_WORKERS: a process without media workers finds SFU nodes over REDIS_URL');
  }
  if (given.REDIS_URL && !given.DATABASE_URL) {
    faults.push(
      'DATABASE_URL: needed with REDIS_URL: several gateways share one Postgres (PGlite is for one process); leave both out to run alone',
    );
  }
  if (part === 'gateway' && !given.REDIS_URL) {
    faults.push('REDIS_URL: needed to run one gateway of several; `npm start` runs everything in one process');
  }
  const builtIn = [METRICS_KEY, SITE_KEY].find((name) => name === given.LOGE_API_KEY);
  if (builtIn) faults.push(`LOGE_API_KEY: \`${builtIn}\` is the name of another key`);
  if (given.LOGE_TURN_URLS && !given.LOGE_TURN_SECRET) faults.push('LOGE_TURN_SECRET: needed with LOGE_TURN_URLS');
  if (given.CONTENT_POLICY === 'adult') {
    faults.push(
      'CONTENT_POLICY: Stripe, the payment provider of this house, does not accept adult content; set it to `standard`, or put another provider behind the payment port',
    );
  }
  // In development anyone can sign in as anyone.
  if (!production && /^[sr]k_live_/.test(given.STRIPE_SECRET_KEY ?? '')) {
    faults.push('NODE_ENV: must be `production` with a live Stripe key');
  }
  if (given.LOGE_OPERATORS && hasSite(given)) {
    faults.push(
      'LOGE_OPERATORS: for a house that only embeds (LOGE_SITE=off); in one with accounts use `npm run operators -- invite ADDRESS`',
    );
  }
  if (given.LOGE_SMTP_URL && !given.LOGE_MAIL_FROM && !(production && hasSite(given))) {
    faults.push('LOGE_MAIL_FROM: needed with LOGE_SMTP_URL, such as `Loge <mail@loge.example>`');
  }
  faults.push(...oidcFaults(given));
  if (given.STRIPE_SECRET_KEY && !given.STRIPE_WEBHOOK_SECRET) {
    faults.push('STRIPE_WEBHOOK_SECRET: needed with STRIPE_SECRET_KEY (the `whsec_…` of your webhook endpoint)');
  }
  const hint = production && given.LOGE_SITE === undefined ? EMBEDS_ONLY : undefined;
  if (!parsed.success || faults.length > 0) throw new ConfigError([...new Set(faults)], hint);
  return Object.freeze(toConfig(parsed.data, carriesMedia));
}

const DEVELOPMENT_SECRETS = {
  LOGE_API_SECRET: DEVELOPMENT_API_SECRET,
  LOGE_ENCRYPTION_KEY: DEVELOPMENT_ENCRYPTION_KEY,
  LOGE_SFU_SECRET: DEVELOPMENT_SFU_SECRET,
};

const EMBEDS_ONLY =
  'Without LOGE_SITE=on this house only embeds. With it, people have accounts and sign in by mail (LOGE_SMTP_URL, LOGE_MAIL_FROM).';

/** In production no development default is used. */
function productionFaults(env: Record<string, string>, carriesMedia: boolean): string[] {
  const faults: string[] = [];
  if (env.LOGE_STRIPE_EMULATOR_URL) faults.push('LOGE_STRIPE_EMULATOR_URL: the emulator is for development');
  const required: Record<string, string> = {
    DATABASE_URL: 'the URL of your Postgres (PGlite is for development)',
    STRIPE_SECRET_KEY: 'your Stripe secret key (the emulator is for development)',
    STRIPE_WEBHOOK_SECRET: 'the signing secret of your Stripe webhook endpoint',
    LOGE_API_KEY: 'an API key of your choice',
    LOGE_API_SECRET: `a random secret of at least ${SECRET_MIN_CHARS} characters`,
    LOGE_ENCRYPTION_KEY: `a random secret of at least ${SECRET_MIN_CHARS} characters that encrypts secrets in the database`,
    LOGE_PUBLIC_URL: 'the https address under which people reach this server',
    LOGE_ALLOWED_ORIGINS: "the embedders' sites, separated by commas (`none` for no embedding)",
    LOGE_SFU_SECRET: `a random secret of at least ${SECRET_MIN_CHARS} characters for the control of SFU nodes`,
    ...(hasSite(env) && {
      LOGE_SMTP_URL: 'the URL of your mail server, since people sign in by mail (LOGE_SITE=on)',
      LOGE_MAIL_FROM: 'the sender of all mail, such as `Loge <mail@loge.example>`',
    }),
    ...(carriesMedia && {
      LOGE_SFU_LISTEN_IP: 'the address on which media is received',
      LOGE_SFU_ANNOUNCED_ADDRESS: 'the public address that browsers send media to',
      LOGE_SFU_PORT: 'the first media port, open for UDP and TCP',
    }),
  };
  for (const [name, what] of Object.entries(required)) {
    if (!env[name]) faults.push(`${name}: set it to ${what}`);
  }
  if (env.LOGE_API_KEY === DEVELOPMENT_API_KEY) faults.push('LOGE_API_KEY: the development key is not for production');
  for (const [name, secret] of Object.entries(DEVELOPMENT_SECRETS)) {
    if (env[name]?.includes(secret)) faults.push(`${name}: the development secret is not for production`);
  }
  if (env.LOGE_PUBLIC_URL && !env.LOGE_PUBLIC_URL.startsWith('https://')) {
    faults.push('LOGE_PUBLIC_URL: must be https in production, browsers give no camera otherwise');
  }
  return faults;
}

function oidcFaults(env: Record<string, string>): string[] {
  const names = ['LOGE_OIDC_ISSUER', 'LOGE_OIDC_CLIENT_ID', 'LOGE_OIDC_CLIENT_SECRET'];
  const set = names.filter((name) => env[name]);
  const faults = names
    .filter((name) => set.length > 0 && !env[name])
    .map((name) => `${name}: needed with ${set.join(' and ')}`);
  if (set.length > 0 && !hasSite(env)) {
    faults.push(`${set[0]}: for a house with accounts (LOGE_SITE=on); one that only embeds has no people who sign in`);
  }
  const { protocol, hostname } = URL.parse(env.LOGE_OIDC_ISSUER ?? '') ?? {};
  const isLocal = env.NODE_ENV !== 'production' && LOOPBACK_HOSTS.has(hostname ?? '');
  if (protocol === 'http:' && !isLocal) {
    faults.push('LOGE_OIDC_ISSUER: must be https; http is for a provider on this machine, in development');
  }
  return faults;
}

const LOOPBACK_HOSTS: ReadonlySet<string> = new Set(['localhost', '127.0.0.1', '[::1]']);

function hasSite(env: { NODE_ENV?: string | undefined; LOGE_SITE?: string | undefined }): boolean {
  return env.LOGE_SITE === undefined ? env.NODE_ENV !== 'production' : env.LOGE_SITE === 'on';
}

/** Development has an example. */
function sellerOf(env: z.output<typeof environment>) {
  const { LOGE_HOUSE_NAME: name, LOGE_HOUSE_ADDRESS: address, LOGE_HOUSE_VAT: vatNumber = null } = env;
  const { LOGE_HOUSE_TAX_NUMBER: taxNumber = null } = env;
  if (name && address) return { name, address, vatNumber, taxNumber };
  if (env.NODE_ENV === 'production') return undefined;
  const example = { name: 'Loge (example)', address: '1 place de l’Opéra, 75009 Paris' };
  return { ...example, vatNumber: 'FR00000000000', taxNumber: '000000000' };
}

/** Derived, so that a house needs no further secret. The current one signs first. */
function siteKeyOf(encryptionKeys: readonly string[]) {
  const derive = (key: string) =>
    Buffer.from(hkdfSync('sha256', key, '', 'loge site tokens v1', 32)).toString('base64url');
  return { id: SITE_KEY, secrets: encryptionKeys.map(derive), scopes: ['tokens'] as const };
}

function toConfig(env: z.output<typeof environment>, carriesMedia: boolean) {
  const production = env.NODE_ENV === 'production';
  const apiKey = env.LOGE_API_KEY ?? DEVELOPMENT_API_KEY;
  const encryptionKeys = env.LOGE_ENCRYPTION_KEY ?? [DEVELOPMENT_ENCRYPTION_KEY];
  const [apiSecret = DEVELOPMENT_API_SECRET, ...previousApiSecrets] = env.LOGE_API_SECRET ?? [];
  return {
    /** Demo data, the demo sign-in and readable logs are for development only. */
    development: !production,
    /** Whether the house begins with the example charter in force: where one tries Loge out, not in tests. */
    exampleCharter: env.NODE_ENV === 'development',
    port: env.PORT,
    /**
     * Development has published keys and a sign-in without a password, so by default it is reachable from this machine
     * only.
     */
    host: env.LOGE_HOST ?? (production ? '0.0.0.0' : '127.0.0.1'),
    /** Whether the house has accounts of its own, and a public list of rooms. */
    hasSite: hasSite(env),
    publicUrl: (env.LOGE_PUBLIC_URL ?? `http://localhost:${env.PORT}`).replace(/\/$/, ''),
    allowedOrigins: env.LOGE_ALLOWED_ORIGINS ?? [],
    /** Who may be let in by a desk link. */
    operators: env.LOGE_OPERATORS ?? [],
    vatRates: env.LOGE_VAT_RATES,
    accountsChart: env.LOGE_ACCOUNTS_CHART,
    dac7Schema: env.LOGE_DAC7_XSD,
    helpContacts: env.LOGE_HELP_CONTACTS ?? {},
    /** In development the example; in production a house without its own pages shows no link to them. */
    housePagesDir: env.LOGE_HOUSE_PAGES ?? (production ? undefined : EXAMPLE_HOUSE_PAGES),
    trustProxyHops: env.LOGE_TRUST_PROXY,
    currency: env.LOGE_CURRENCY,
    disputeFeeMinor: env.LOGE_DISPUTE_FEE_MINOR,
    houseCountry: env.LOGE_HOUSE_COUNTRY,
    timeZone: env.LOGE_TIME_ZONE,
    seller: sellerOf(env),
    statementName: env.LOGE_STATEMENT_NAME ?? statementNameOf(env.LOGE_HOUSE_NAME),
    contact: env.LOGE_HOUSE_CONTACT ?? (production ? null : 'money@loge.example'),
    smtpUrl: env.LOGE_SMTP_URL,
    mailFrom: env.LOGE_MAIL_FROM ?? DEVELOPMENT_MAIL_FROM,
    mailPerHour: env.LOGE_MAIL_PER_HOUR,
    /** Absent: people with a seat in the house have passkeys alone. */
    oidc:
      env.LOGE_OIDC_ISSUER && env.LOGE_OIDC_CLIENT_ID && env.LOGE_OIDC_CLIENT_SECRET
        ? {
            issuer: env.LOGE_OIDC_ISSUER,
            clientId: env.LOGE_OIDC_CLIENT_ID,
            clientSecret: env.LOGE_OIDC_CLIENT_SECRET,
          }
        : undefined,
    walletMode: env.WALLET_MODE,
    promoPays: env.LOGE_PROMO_PAYS,
    chatReadablePerSecond: env.LOGE_CHAT_READABLE_PER_SECOND,
    logLevel: env.LOGE_LOG_LEVEL ?? (production ? 'info' : 'warn'),
    apiKey,
    apiSecret,
    /** Keys outside the database: the first one, with every scope, and Prometheus'. The first secret of each signs. */
    builtInKeys: [
      { id: apiKey, secrets: [apiSecret, ...previousApiSecrets], scopes: SCOPES },
      { id: METRICS_KEY, secrets: env.LOGE_METRICS_SECRET ? [env.LOGE_METRICS_SECRET] : [], scopes: ['metrics'] },
    ] satisfies { id: string; secrets: string[]; scopes: readonly Scope[] }[],
    /** The first encrypts and signs; older ones only decrypt and verify. */
    encryptionKeys,
    siteKey: siteKeyOf(encryptionKeys),
    databaseUrl: env.DATABASE_URL,
    /** Present: this is one gateway among several. */
    redisUrl: env.REDIS_URL,
    dataDir: env.LOGE_DATA_DIR ?? DEVELOPMENT_DATA_DIR,
    stripe: env.STRIPE_SECRET_KEY
      ? {
          secretKey: env.STRIPE_SECRET_KEY,
          webhookSecrets: [
            ...(env.STRIPE_WEBHOOK_SECRET ?? []),
            ...(env.STRIPE_CONNECT_WEBHOOK_SECRET ? [env.STRIPE_CONNECT_WEBHOOK_SECRET] : []),
          ],
        }
      : undefined,
    /** Absent fields have money's defaults. */
    earnings: {
      ...(env.LOGE_EARNINGS_HOLD_DAYS === undefined ? {} : { holdDays: env.LOGE_EARNINGS_HOLD_DAYS }),
      ...(env.LOGE_NEW_CREATOR_HOLD_DAYS === undefined ? {} : { newCreatorHoldDays: env.LOGE_NEW_CREATOR_HOLD_DAYS }),
      reserve: { shareBps: Math.round(env.LOGE_RESERVE_PERCENT * 100), days: env.LOGE_RESERVE_DAYS },
      ...(env.LOGE_PAYOUT_MIN_MINOR === undefined ? {} : { payoutMinMinor: env.LOGE_PAYOUT_MIN_MINOR }),
    },
    minLiveSeconds: Math.max(1, env.LOGE_MIN_LIVE_MINUTES * 60),
    unconfirmedBookingMinor: env.LOGE_UNCONFIRMED_BOOKING_MINOR,
    taxReportYears: env.LOGE_TAX_REPORT_YEARS,
    invoiceRetentionYears: env.LOGE_INVOICE_RETENTION_YEARS,
    committeeQuorum: env.LOGE_COMMITTEE_QUORUM,
    witnesses: env.LOGE_WITNESSES,
    creatorApproval: env.LOGE_CREATOR_APPROVAL === 'on',
    creatorsWithoutPayouts: env.LOGE_CREATORS_WITHOUT_PAYOUTS === 'on',
    chatRetention: { messageDays: env.LOGE_CHAT_RETENTION_DAYS, evidenceDays: env.LOGE_CHAT_EVIDENCE_DAYS },
    stripeEmulatorPort: env.LOGE_STRIPE_EMULATOR_PORT,
    stripeEmulatorUrl: env.LOGE_STRIPE_EMULATOR_URL,
    sfu: {
      /** Where browsers send media. The default is every address: Firefox sends no media to loopback. */
      mediaIp: env.LOGE_SFU_LISTEN_IP ?? '0.0.0.0',
      /** Where other nodes and gateways connect. */
      listenIp: env.LOGE_SFU_LISTEN_IP ?? '127.0.0.1',
      announcedAddress: env.LOGE_SFU_ANNOUNCED_ADDRESS,
      port: env.LOGE_SFU_PORT,
      /** Media workers of this process: none if it leaves media to SFU nodes, by default one per core. */
      workers: carriesMedia ? env.LOGE_SFU_WORKERS : 0,
      spares: env.LOGE_SFU_SPARES === 'on',
      /** Shared secret with SFU nodes: the first is sent, all are accepted; two during a rotation. */
      secrets: env.LOGE_SFU_SECRET ?? [DEVELOPMENT_SFU_SECRET],
      region: env.LOGE_REGION ?? '',
    },
    turn: env.LOGE_TURN_URLS ? { urls: env.LOGE_TURN_URLS, secret: env.LOGE_TURN_SECRET ?? '' } : undefined,
  };
}
