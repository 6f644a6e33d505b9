/**
 * The forms of `REDIS_URL`: one server (`redis://`, `rediss://`), a primary behind sentinels
 * (`redis+sentinel://host:port,host:port/master?db=1`), or a cluster (`redis+cluster://host:port,host:port`); `rediss`
 * for TLS. Parsed here only, so that the configuration can refuse a wrong one at start.
 */
export interface RedisEndpoint {
  host: string;
  port: number;
}

interface RedisAccess {
  username: string | undefined;
  password: string | undefined;
  tls: boolean;
}

export type RedisTarget = RedisAccess &
  (
    | { kind: 'single'; endpoint: RedisEndpoint; db: number }
    | { kind: 'sentinel'; endpoints: RedisEndpoint[]; master: string; db: number; sentinelPassword: string | undefined }
    | { kind: 'cluster'; endpoints: RedisEndpoint[] }
  );

const SHAPE = /^(rediss?)(?:\+(sentinel|cluster))?:\/\/(.+)$/;
const ADDRESS = /^(?:([^@/]*)@)?([^/?#]+)(?:\/([^?#]*))?(?:\?([^#]*))?$/;
const REDIS_PORT = 6379;
const SENTINEL_PORT = 26_379;
const DATABASES_MAX = 1_023;

/** Throws an error that says what is wrong without repeating the URL, which may contain a password. */
export function parseRedisUrl(url: string): RedisTarget {
  const [, scheme, topology, address = ''] = SHAPE.exec(url) ?? [];
  const [, credentials, hosts, path = '', query = ''] = ADDRESS.exec(address) ?? [];
  if (hosts === undefined) {
    throw new Error(
      'must look like redis://host:6379, rediss://…, redis+sentinel://host:26379,host:26379/master or redis+cluster://host:6379,host:6379',
    );
  }
  const settings = new URLSearchParams(query);
  const access = { ...parseCredentials(credentials), tls: scheme === 'rediss' };
  const endpoints = hosts
    .split(',')
    .map((host) => parseEndpoint(host, topology === 'sentinel' ? SENTINEL_PORT : REDIS_PORT));
  if (topology === 'cluster') {
    if (path !== '' && path !== '0') throw new Error('a cluster has no numbered databases');
    return { kind: 'cluster', endpoints, ...access };
  }
  if (topology === 'sentinel') {
    const master = decodeURIComponent(path);
    if (master === '')
      throw new Error('must name the master after the sentinels, as in redis+sentinel://host:26379/mymaster');
    const sentinelPassword = settings.get('sentinelPassword') ?? undefined;
    return { kind: 'sentinel', endpoints, master, db: parseDb(settings.get('db') ?? ''), sentinelPassword, ...access };
  }
  const [endpoint, ...others] = endpoints;
  if (endpoint === undefined || others.length > 0) {
    throw new Error('names several hosts; use redis+sentinel:// or redis+cluster://');
  }
  return { kind: 'single', endpoint, db: parseDb(path || (settings.get('db') ?? '')), ...access };
}

function parseCredentials(text: string | undefined): { username: string | undefined; password: string | undefined } {
  if (!text) return { username: undefined, password: undefined };
  const colon = text.indexOf(':');
  const [username, password] = colon < 0 ? ['', text] : [text.slice(0, colon), text.slice(colon + 1)];
  return { username: decodeURIComponent(username) || undefined, password: decodeURIComponent(password) || undefined };
}

function parseEndpoint(text: string, defaultPort: number): RedisEndpoint {
  const match = /^(\[[0-9a-fA-F:]+\]|[^:[\]\s]+)(?::(\d{1,5}))?$/.exec(text.trim());
  const port = match?.[2] === undefined ? defaultPort : Number(match[2]);
  if (!match?.[1] || port < 1 || port > 65_535) throw new Error('has a host that is not host:port');
  return { host: match[1].replace(/^\[|\]$/g, ''), port };
}

function parseDb(text: string): number {
  if (text === '') return 0;
  const db = Number(text);
  if (!Number.isInteger(db) || db < 0 || db > DATABASES_MAX) throw new Error('has a database that is not a number');
  return db;
}
