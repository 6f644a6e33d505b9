/**
 * Shared by publishing and watching: the mediasoup device, loaded once, and a DTLS certificate that is created in
 * advance, so that its fingerprint is sent with the request for a transport, which saves a round trip.
 */
import type { Device, HandlerFactory, RtpCapabilities, Transport, TransportOptions } from 'mediasoup-client/types';
import type { RequestInput } from '../../../server/protocol/realtime.ts';
import type { StageState, TransportOptions as WireTransportOptions } from '../../../server/protocol/stage.ts';
import { LogeError, toLogeError } from '../errors.ts';
import type { Log } from '../log.ts';

type MediaDevice = typeof import('./media-device.ts');
type WireDtlsParameters = RequestInput<'stage:connect'>['dtlsParameters'];

export class MediaEngine {
  readonly #log: Log;
  #code: Promise<{ code: MediaDevice; handler: HandlerFactory | null }> | null = null;
  #capabilities: RtpCapabilities | null = null;
  #device: Device | null = null;
  #loading: Promise<Device> | null = null;
  #certificate: Promise<RTCCertificate | null> | null = null;
  #iceServers: RTCIceServer[] = [];
  /** Whether the server supports spare sessions. */
  keepsSpares = false;

  constructor(log: Log) {
    this.#log = log;
  }

  /** Starts slow tasks that do not need the server. A failure is reported when the device is loaded. */
  prepare(): void {
    this.#certificate ??= createCertificate(this.#log);
    this.#loadCode().catch(() => undefined);
  }

  /**
   * Loads the device once, since all routers have the same capabilities.
   * @throws {LogeError} `media_not_supported` if the browser has no WebRTC; `code_unavailable`, retryable.
   */
  load(state: Pick<StageState, 'routerRtpCapabilities' | 'iceServers' | 'spares'>): Promise<Device> {
    this.#iceServers = state.iceServers;
    this.keepsSpares = state.spares ?? false;
    this.#capabilities = state.routerRtpCapabilities as RtpCapabilities;
    return this.#load(this.#capabilities);
  }

  #load(capabilities: RtpCapabilities): Promise<Device> {
    this.#loading ??= this.#createDevice(capabilities).then(
      (device) => {
        this.#device = device;
        this.#log('debug', 'media device loaded', { handler: device.handlerName });
        return device;
      },
      (error) => {
        this.#loading = null;
        throw toLogeError(error, 'media_not_supported');
      },
    );
    return this.#loading;
  }

  /** The loaded device, after another attempt if loading had failed; see {@link load} for the errors. */
  async ready(): Promise<Device> {
    if (this.#device) return this.#device;
    if (!this.#capabilities) throw new LogeError('access_required');
    return this.#load(this.#capabilities);
  }

  /**
   * Our DTLS parameters, or undefined if the browser does not provide them in advance. The role is `client`, which
   * every handler of mediasoup-client uses with a server that offers `auto`.
   */
  async dtlsParameters(): Promise<WireDtlsParameters | undefined> {
    this.prepare();
    const certificate = await this.#certificate;
    return certificate ? { role: 'client', fingerprints: wireFingerprints(certificate) } : undefined;
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

  async #createDevice(routerRtpCapabilities: RtpCapabilities): Promise<Device> {
    this.prepare();
    const { code, handler } = await this.#loadCode();
    return code.createDevice(handler, routerRtpCapabilities);
  }

  #loadCode(): Promise<{ code: MediaDevice; handler: HandlerFactory | null }> {
    this.#code ??= import('./media-device.ts').then(
      (code) => ({ code, handler: code.createHandlerFactory() }),
      (error) => {
        this.#code = null;
        throw new LogeError('code_unavailable', undefined, { cause: error });
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
