// The import arrows of the design. Whatever breaks one is a fault of `npm run check`.
const domains = ['rooms', 'money', 'chat', 'stage', 'trust', 'accounts', 'webhooks'];
const anyDomain = `^server/(${domains.join('|')})/`;
const tests = String.raw`(\.test\.ts$|^tests/)`;

// Where a library may be imported besides tests. Whoever wants to leave one behind has one place to change.
const homes = {
  express: '^server/gateway/',
  'socket.io': '^server/gateway/',
  compression: '^server/gateway/',
  helmet: '^server/gateway/',
  cors: '^server/gateway/',
  '@socket.io/redis-adapter': '^server/gateway/',
  '@lit-labs/ssr': '^server/gateway/site/',
  satori: '^server/gateway/site/cards/',
  sharp: '^server/(gateway/site/cards/share-card|platform/pictures/picture-encoder)\\.ts$',
  'rate-limiter-flexible': '^server/gateway/',
  ws: '^(sfu/control/[^/]+|server/gateway/socket/fair-web-sockets)\\.ts$',
  mediasoup: '^(sfu/|infra/setup/prove-worker\\.mjs$)',
  ioredis: '^server/platform/',
  pino: '^server/platform/',
  'pino-pretty': '^server/platform/',
  'prom-client': '^(server/platform/|sfu/node-metrics\\.ts$)',
  pg: '^server/platform/',
  '@electric-sql/pglite': '^server/platform/',
  stripe: '^(server/money/provider/stripe-[^/]+\\.ts$|infra/stripe-emulator/)',
  canonicalize: '^server/trust/',
  diff: '^server/trust/charter/',
  fflate: '^server/data-export\\.ts$',
  'openid-client': '^server/accounts/oidc/oidc-client\\.ts$',
  nodemailer: '^server/accounts/mail/smtp-sender\\.ts$',
  'web-push': '^server/notices/push/push\\.ts$',
  'drizzle-orm': '^server/platform/db/',
  'mediasoup-client': '^client-sdk/client/',
  'socket.io-client': '^client-sdk/client/',
};

function homeRule([library, home]) {
  return {
    name: `home-of-${library.replace(/[@/.]+/g, '-').replace(/^-/, '')}`,
    comment: `${library} has one home: ${home}`,
    severity: 'error',
    from: { path: '^(server|sfu|client-sdk|infra)/', pathNot: [home, tests] },
    to: { path: `(^|/)node_modules/(@types/)?${library.replace(/[.]/g, '\\.')}/` },
  };
}

// Everyone asks rooms for access; a room belongs to a creator, so rooms in turn asks accounts.
const domainRules = domains.map((domain) => ({
  name: `${domain}-asks-no-other-domain`,
  comment: 'Domains do not import each other, rooms excepted; facts cross as events.',
  severity: 'error',
  from: { path: `^server/${domain}/`, pathNot: tests },
  to: { path: anyDomain, pathNot: [`^server/${domain}/`, domain === 'rooms' ? '^server/accounts/' : '^server/rooms/'] },
}));

export default {
  forbidden: [
    {
      name: 'no-circles',
      comment: 'A circle has no direction in which data flows.',
      severity: 'error',
      from: {},
      to: { circular: true },
    },
    {
      name: 'not-resolvable',
      comment: 'The import leads nowhere.',
      severity: 'error',
      from: { path: '^(server|sfu|client-sdk|infra|tests)/' },
      to: { couldNotResolve: true, pathNot: String.raw`(^virtual:|\?(raw|url|inline)$)` },
    },
    ...domainRules,
    {
      name: 'domains-know-no-gateway',
      comment: 'Only the gateway translates between the wire and a domain.',
      severity: 'error',
      from: { path: anyDomain, pathNot: tests },
      to: { path: '^server/(gateway/|web/|(app|main|config|domains|facts|payment)\\.ts$)' },
    },
    {
      name: 'platform-knows-no-part',
      comment:
        'The platform is what the parts stand on. (The schemas of all domains meet in the migrations, not here.)',
      severity: 'error',
      from: { path: '^server/platform/', pathNot: tests },
      to: { path: '^(sfu/|server/(?!platform/|protocol/|config\\.ts$))' },
    },
    {
      name: 'sql-in-stores',
      comment: 'Statements stand in *.store.ts and tables in *.schema.ts.',
      severity: 'error',
      from: { path: '^server/', pathNot: ['^server/platform/', String.raw`\.(store|schema)\.ts$`, tests] },
      to: { path: String.raw`^server/platform/db/(sql|tables|drizzle)\.ts$` },
    },
    {
      name: 'only-app-knows-every-part',
      comment: 'app.ts is the composition root and main.ts starts it; nothing else may import them.',
      severity: 'error',
      from: { path: '^(server|sfu|client-sdk|infra)/', pathNot: ['^server/(main|app)\\.ts$', tests] },
      to: { path: '^server/(main|app)\\.ts$' },
    },
    {
      name: 'server-sees-the-sfu-contract',
      comment:
        'Only the composition makes a node; everyone else sees the contract, whether the node is here or elsewhere.',
      severity: 'error',
      from: { path: '^server/', pathNot: ['^server/(main|app|media-plane)\\.ts$', tests] },
      to: { path: '^sfu/', pathNot: '^sfu/contract\\.ts$' },
    },
    {
      name: 'sfu-knows-no-server',
      comment: 'A node runs alone on its machine.',
      severity: 'error',
      from: { path: '^sfu/', pathNot: ['^sfu/main\\.ts$', tests] },
      to: { path: '^(server|client-sdk|tests)/' },
    },
    {
      name: 'sfu-process-stands-on-the-platform',
      comment:
        'The process of a node has the log and the Redis of the house, which are written once, and nothing else of the server.',
      severity: 'error',
      from: { path: '^sfu/main\\.ts$' },
      to: { path: '^(server/(?!platform/)|client-sdk/|tests/)' },
    },
    {
      name: 'protocol-is-a-leaf',
      comment: 'The wire contract is read by the server, the client and the documentation; it stands on zod alone.',
      severity: 'error',
      from: { path: '^server/protocol/', pathNot: tests },
      to: { pathNot: ['^server/protocol/', '(^|/)node_modules/zod/'] },
    },
    {
      name: 'client-sees-the-protocol',
      comment: 'Of the server, what runs in browsers sees the wire contract only.',
      severity: 'error',
      // The build puts the routers' capabilities into the SDK.
      from: { path: '^client-sdk/', pathNot: ['^client-sdk/(vite\\.config\\.ts$|packaging/)', tests] },
      to: { path: '^(server/(?!protocol/)|sfu/|tests/)' },
    },
    {
      name: 'sdk-knows-no-elements',
      comment: 'The SDK is headless; the elements stand on it.',
      severity: 'error',
      from: { path: '^client-sdk/client/', pathNot: tests },
      to: { path: '^client-sdk/(elements|examples)/' },
    },
    {
      name: 'emulator-knows-no-loge',
      comment: 'The Stripe emulator is a package of its own, which others can use.',
      severity: 'error',
      from: { path: '^infra/stripe-emulator/' },
      to: { path: '^(server|sfu|client-sdk|tests|infra/(?!stripe-emulator/))' },
    },
    {
      name: 'production-knows-no-tests',
      comment: 'What only tests need must not be needed elsewhere.',
      severity: 'error',
      from: { path: '^(server|sfu|client-sdk|infra)/', pathNot: tests },
      to: { path: tests },
    },
    {
      name: 'decoders-in-their-own-process',
      comment: 'A picture from outside is decoded in a process with limits, never in a gateway.',
      severity: 'error',
      from: { path: '^server/', pathNot: [String.raw`\.process\.ts$`, tests] },
      to: {
        path: String.raw`^server/(gateway/site/cards/share-card|platform/pictures/picture-encoder)\.ts$`,
        dependencyTypesNot: ['type-only'],
      },
    },
    ...Object.entries(homes).map(homeRule),
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    // The example imports the packages as they are installed.
    exclude: { path: String.raw`(^|/)(\.build|\.data|vite-app)/` },
    tsConfig: { fileName: 'tsconfig.json' },
    tsPreCompilationDeps: true,
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'node', 'default', 'types'],
      extensions: ['.ts', '.mjs', '.js', '.json', '.d.ts'],
    },
  },
};
