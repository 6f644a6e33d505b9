/**
 * Shared by publishing and watching: the mediasoup device, loaded once, and a DTLS certificate that is created in
 * advance, so that its fingerprint is sent with the request for a transport, which saves a round trip.
 */
import type { Device, HandlerFactory, RtpCapabilities, Transport, TransportOptions } from 'mediasoup-client/types';
import type { RequestInput } from '../../../server/protocol/realtime.ts';
import { describeReceiver, hashCapabilities } from '../../../server/protocol/receiver.ts';
import type { StageState, TransportOptions as WireTransportOptions } from '../../../server/protocol/stage.ts';
import { LogeError, toLogeError } from '../errors.ts';
import type { Log } from '../log.ts';

type WireDtlsParameters = RequestInput<'stage:connect'>['dtlsParameters'];
type WireReceiver = RequestInput<'stage:watch'>['rtpCapabilities'];
type RouterCapabilities = NonNullable<StageState['routerRtpCapabilities']>;

/**
 * JSON of the routers' capabilities in the version of the server with which this was built: with them the device is
 * loaded before the server has said anything. Set by the build; the welcome corrects them where they differ.
 */
declare const LOGE_ROUTER_CAPABILITIES: string | undefined;
const BUILT_WITH = typeof LOGE_ROUTER_CAPABILITIES === 'string' ? LOGE_ROUTER_CAPABILITIES : null;

interface MediaCode {
  createDevice: (handler: HandlerFactory | null, router: RtpCapabilities) => Promise<Device>;
  /** Null where the browser has no WebRTC. */
  handler: HandlerFactory | null;
}

export class MediaEngine {
  readonly #log: Log;
  #code: Promise<MediaCode> | null = null;
  /** The capabilities of the routers for which the device was last loaded. */
  #router: string | null = null;
  /** The device being loaded, or loaded, for routers of these capabilities. */
  #loading: { router: string; device: Promise<Device> } | null = null;
  #certificate: Promise<RTCCertificate | null> | null = null;
  #iceServers: RTCIceServer[] = [];
  /** Whether the server supports spare sessions. */
  keepsSpares = false;

  constructor(log: Log) {
    this.#log = log;
  }

  /** Hash of the routers' capabilities that this was built with. */
  get router(): string | undefined {
    return BUILT_WITH ? hashCapabilities(JSON.parse(BUILT_WITH)) : undefined;
  }

  /**
   * Starts slow tasks that do not need the server; false if they were started before. A failure is reported when the
   * device is loaded.
   */
  prepare(): boolean {
    if (this.#code) return false;
    if (BUILT_WITH) this.#load(BUILT_WITH).catch(() => undefined);
    else this.#loadCode().catch(() => undefined);
    return true;
  }

  /**
   * Loads the device once, since all routers have the same capabilities.
   * @throws {LogeError} `media_not_supported` if the browser has no WebRTC; `code_unavailable`, retryable.
   */
  load(state: Pick<StageState, 'routerRtpCapabilities' | 'iceServers' | 'spares'>): Promise<Device> {
    this.#iceServers = state.iceServers;
    this.keepsSpares = state.spares ?? false;
    const { routerRtpCapabilities: router } = state;
    // Left out by a server that has those of the build.
    return this.#load(router ? JSON.stringify(router) : (BUILT_WITH ?? '{}'));
  }

  /** The loaded device, after another attempt if loading had failed; see {@link load} for the errors. */
  async ready(): Promise<Device> {
    if (this.#loading) return this.#loading.device;
    if (!this.#router) throw new LogeError('access_required');
    return this.#load(this.#router);
  }

  /** What this browser can receive, as short as the server takes it. */
  async receiver(): Promise<WireReceiver> {
    const { recvRtpCapabilities } = await this.ready();
    const own = recvRtpCapabilities as RouterCapabilities;
    const router = JSON.parse(this.#loading?.router ?? '{}') as RouterCapabilities;
    return describeReceiver(router, own) ?? own;
  }

  /**
   * Our DTLS parameters, or undefined if the browser does not provide them in advance. Who answers as `server` may send
   * one round trip earlier: the node begins the handshake with our first ICE check. Both ends may receive at the same
   * time either way. mediasoup-client's handler for Firefox is always the client.
   * @throws {LogeError} as {@link load}.
   */
  async dtlsParameters(direction: 'send' | 'recv'): Promise<WireDtlsParameters | undefined> {
    this.#certificate ??= createCertificate(this.#log);
    const [certificate, { handlerName }] = await Promise.all([this.#certificate, this.ready()]);
    const role = direction === 'send' && handlerName !== 'Firefox120' ? 'server' : 'client';
    return certificate ? { role, fingerprints: wireFingerprints(certificate) } : undefined;
  }

  /** Pass newer `iceServers` if available: the credentials in the welcome expire after an hour. */
  async createTransport(
    direction: 'send' | 'recv',
    options: WireTransportOptions,
    iceServers: RTCIceServer[] = this.#iceServers,
  ): Promise<Transport> {
    const device = await this.ready();
    const certificate = await this.#certificate;
    const settings: TransportOptions = {
      ...(options as unknown as TransportOptions), // The protocol passes mediasoup's JSON through.
      iceServers,
      ...(certificate ? { additionalSettings: { certificates: [certificate] } } : {}),
    };
    return direction === 'send' ? device.createSendTransport(settings) : device.createRecvTransport(settings);
  }

  #load(router: string): Promise<Device> {
    if (this.#loading?.router === router) return this.#loading.device;
    this.#certificate ??= createCertificate(this.#log);
    const device = this.#createDevice(JSON.parse(router) as RtpCapabilities).then(
      (loaded) => {
        this.#log('debug', 'media device loaded', { handler: loaded.handlerName });
        return loaded;
      },
      (error) => {
        if (this.#loading?.device === device) this.#loading = null;
        throw toLogeError(error, 'media_not_supported');
      },
    );
    this.#router = router;
    this.#loading = { router, device };
    return device;
  }

  async #createDevice(routerRtpCapabilities: RtpCapabilities): Promise<Device> {
    const { createDevice, handler } = await this.#loadCode();
    return createDevice(handler, routerRtpCapabilities);
  }

  #loadCode(): Promise<MediaCode> {
    this.#code ??= import('./media-device.ts').then(
      ({ createDevice, createHandlerFactory }) => ({ createDevice, handler: createHandlerFactory() }),
      (error) => {
        this.#code = null;
        throw toLogeError(error, 'code_unavailable');
      },
    );
    return this.#code;
  }
}

/**
 * ECDSA P-256, which every browser supports (RFC 8827); null if its fingerprint is not readable or it cannot be cloned.
 */
async function createCertificate(log: Log): Promise<RTCCertificate | null> {
  try {
    const parameters: EcKeyGenParams = { name: 'ECDSA', namedCurve: 'P-256' };
    const certificate = await RTCPeerConnection.generateCertificate(parameters);
    // mediasoup-client clones its settings, which fails in browsers that cannot clone a certificate.
    structuredClone(certificate);
    return wireFingerprints(certificate).length > 0 ? certificate : null;
  } catch (error) {
    log('debug', 'DTLS certificate could not be created in advance', { reason: String(error) });
    return null;
  }
}

/** mediasoup compares fingerprints as upper-case hex (RFC 8122); browsers report lower case. */
function wireFingerprints(certificate: RTCCertificate): { algorithm: string; value: string }[] {
  return certificate
    .getFingerprints()
    .flatMap(({ algorithm, value }) =>
      algorithm && value ? [{ algorithm: algorithm.toLowerCase(), value: value.toUpperCase() }] : [],
    );
}
