/**
 * Prevents server-side request forgery by webhooks and chat hooks. In production an address is https and every address
 * that its name resolves to must be public. The connection uses exactly the checked addresses, which defeats DNS
 * rebinding. Development may send to localhost.
 */
import { lookup } from 'node:dns';
import { Resolver } from 'node:dns/promises';
import { BlockList, isIP, isIPv4, type LookupFunction } from 'node:net';
import { AppError } from '../../protocol/errors.ts';

/**
 * Of IPv6, only what is given out for the internet is public, and of that not the parts that carry or stand for
 * something else.
 */
const PUBLIC_V6: readonly [string, number] = ['2000::', 3];
const SPECIAL_V6: readonly [string, number][] = [
  ['2001::', 23],
  ['2001:db8::', 32],
  ['2002::', 16],
  ['3fff::', 20],
];
/** The special-purpose registry of IPv4 (RFC 6890), multicast and what is reserved. */
const SPECIAL_V4: readonly [string, number][] = [
  ['0.0.0.0', 8],
  ['10.0.0.0', 8],
  ['100.64.0.0', 10],
  ['127.0.0.0', 8],
  ['169.254.0.0', 16],
  ['172.16.0.0', 12],
  ['192.0.0.0', 24],
  ['192.0.2.0', 24],
  ['192.31.196.0', 24],
  ['192.52.193.0', 24],
  ['192.88.99.0', 24],
  ['192.168.0.0', 16],
  ['192.175.48.0', 24],
  ['198.18.0.0', 15],
  ['198.51.100.0', 24],
  ['203.0.113.0', 24],
  ['224.0.0.0', 4],
  ['240.0.0.0', 4],
];

const special = new BlockList();
for (const [net, prefix] of SPECIAL_V4) special.addSubnet(net, prefix, 'ipv4');
for (const [net, prefix] of SPECIAL_V6) special.addSubnet(net, prefix, 'ipv6');
const publicV6 = new BlockList();
publicV6.addSubnet(...PUBLIC_V6, 'ipv6');

export function isPublicAddress(address: string): boolean {
  if (isIPv4(address)) return !special.check(address, 'ipv4');
  // Forms that carry an IPv4 address (::ffff:…, 64:ff9b::…) are outside 2000::/3 and refused with the rest.
  return isIP(address) === 6 && publicV6.check(address, 'ipv6') && !special.check(address, 'ipv6');
}

class AddressNotAllowedError extends Error {
  readonly code = 'ERR_ADDRESS_NOT_ALLOWED';
  constructor(host: string) {
    super(`${host} is not a public address`);
    this.name = 'AddressNotAllowedError';
  }
}

type Resolve = (
  host: string,
  options: { all: true },
  callback: (error: NodeJS.ErrnoException | null, addresses: { address: string; family: number }[]) => void,
) => void;

/** With one name server, a lookup ends within the 10 seconds of a request. */
const QUERY = { timeout: 500, tries: 4 };

/**
 * Asks the name servers without a thread: `lookup` holds one until they answer, and a few silent ones would delay every
 * lookup of this process, also of its database. Each resolver reads the system's list of name servers anew.
 */
const askNameServers: Resolve = (host, _options, callback) => {
  const resolver = new Resolver(QUERY);
  Promise.allSettled([resolver.resolve4(host), resolver.resolve6(host)]).then(([v4, v6]) => {
    const found = [v4, v6].flatMap((answer) => (answer.status === 'fulfilled' ? answer.value : []));
    const error = v4.status === 'rejected' && found.length === 0 ? v4.reason : null;
    callback(
      error,
      found.map((address) => ({ address, family: isIP(address) })),
    );
  });
};

export class AddressGuard {
  readonly #isOpen: boolean;
  readonly #resolve: Resolve;

  /** `isOpen`: development, where any http or https address may be used, also of names in /etc/hosts. */
  constructor(options: { isOpen: boolean; resolve?: Resolve }) {
    this.#isOpen = options.isOpen;
    this.#resolve = options.resolve ?? (options.isOpen ? lookup : askNameServers);
  }

  /** Refuses an address that is never allowed. Resolved addresses are checked at every connection. */
  parseUrl(text: string): URL {
    const url = URL.parse(text);
    const isAllowed =
      url !== null &&
      (url.protocol === 'https:' || (this.#isOpen && url.protocol === 'http:')) &&
      url.username === '' &&
      url.password === '' &&
      (this.#isOpen || this.#isPublicHost(url.hostname));
    if (!isAllowed) throw new AppError('webhook_url_not_allowed');
    return url;
  }

  /** A literal address is never resolved, so it is checked here; a name is checked when it is resolved. */
  #isPublicHost(hostname: string): boolean {
    const host = hostname.replace(/^\[|\]$/g, '');
    if (isIP(host)) return isPublicAddress(host);
    return host.includes('.') && !/(^|\.)(localhost|local|internal|home\.arpa)\.?$/i.test(host);
  }

  /** Resolves for a connection, which then uses one of these addresses and no other. */
  readonly lookup: LookupFunction = (host, options, callback) => {
    this.#resolve(host, { all: true }, (error, addresses) => {
      if (error) return callback(error, '');
      const first = addresses[0];
      if (!first || (!this.#isOpen && !addresses.every(({ address }) => isPublicAddress(address)))) {
        return callback(new AddressNotAllowedError(host), '');
      }
      return options.all ? callback(null, addresses) : callback(null, first.address, first.family);
    });
  };
}
