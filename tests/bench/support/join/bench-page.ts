/**
 * Runs inside Chromium for the benchmark of joining, as publisher or as viewer: with the SDK as the server ships it,
 * and with the bare prototype. What is measured is measured here, by the page's own clock.
 */
import { Device, type types } from 'mediasoup-client';
import { io, type Socket } from 'socket.io-client';
import type { Room } from '../../../../client-sdk/client/room.ts';
import { drawTimeCode, TimeCodeReader } from './time-code.ts';
import { type Pair, pairsBetween } from './traffic.ts';

declare global {
  interface Window {
    benchPage: typeof benchPage;
  }
}

type Sdk = typeof import('../../../../client-sdk/client/index.ts');

/** Milliseconds from the call to connect. */
export interface JoinTimes {
  /** The first frame was presented. */
  firstFrameMs: number;
  /** The socket is open and the server has said what the viewer may do. */
  welcomeMs: number;
  /** The description of the first track is there. */
  answerMs: number;
  /** The browser knows all that it needs, and begins with ICE. */
  iceBeganMs: number;
  iceConnectedMs: number;
  /** ICE and DTLS are up. */
  mediaConnectedMs: number;
  firstPacketMs: number;
  /** The last packet of the first frame that was presented. */
  frameReceivedMs: number;
  pairs: Pair[];
}

/** A frame that was presented, and when its last packet was received, by `performance.now()`. */
interface PresentedFrame {
  presentedAt: number;
  receivedAt: number;
}

/** A camera is opened instead of drawing a picture. */
type CameraSize = { width: number; height: number; frameRate: number };

interface Stay {
  video: HTMLVideoElement;
  leave(): Promise<void>;
}

const PICTURE = { width: 1280, height: 720, framesPerSecond: 30 };
const SMALL_SCALE = 0.25;
const FIRST_FRAME_LIMIT_MS = 15_000;
const ENCODINGS = [
  { scaleResolutionDownBy: 4, maxBitrate: 150_000 },
  { scaleResolutionDownBy: 2, maxBitrate: 500_000 },
  { scaleResolutionDownBy: 1, maxBitrate: 1_700_000 },
];

interface Peer {
  peer: RTCPeerConnection;
  iceBeganAt?: number;
  iceConnectedAt?: number;
  connectedAt?: number;
  firstPacketAt?: number;
}

const peers: Peer[] = [];
let picture: MediaStream | undefined;
let sdk: Sdk | undefined;
let publishing: Room | undefined;
let barePicture: types.Producer | undefined;
let stay: Stay | undefined;

watchPeers();

/** Notes when each connection comes up; the page asks its own clock, the test asks the page. */
function watchPeers(): void {
  const Native = window.RTCPeerConnection;
  window.RTCPeerConnection = class extends Native {
    constructor(configuration?: RTCConfiguration) {
      super(configuration);
      const entry: Peer = { peer: this };
      peers.push(entry);
      this.addEventListener('iceconnectionstatechange', () => {
        entry.iceBeganAt ??= performance.now();
        if (this.iceConnectionState !== 'checking') entry.iceConnectedAt ??= performance.now();
      });
      this.addEventListener('track', ({ track }) => {
        track.addEventListener('unmute', () => {
          if (track.kind === 'video') entry.firstPacketAt ??= performance.now();
        });
      });
      this.addEventListener('connectionstatechange', () => {
        if (this.connectionState === 'connected') entry.connectedAt ??= performance.now();
      });
    }
  };
}

/** Loads the SDK from the server, as an embedder's page does. */
async function load(url: string): Promise<void> {
  sdk = (await import(/* @vite-ignore */ `${url}/sdk/loge.js`)) as Sdk;
}

/** A moving picture with the time in it, 720p at 30 frames a second, and a quiet tone. */
function startPicture(): MediaStream {
  if (picture) return picture;
  const canvas = Object.assign(document.createElement('canvas'), PICTURE);
  const context = canvas.getContext('2d', { willReadFrequently: true });
  if (!context) throw new TypeError('There is no canvas to draw on.');
  document.body.append(canvas);
  const stream = canvas.captureStream(0);
  const [track] = stream.getVideoTracks() as CanvasCaptureMediaStreamTrack[];
  let count = 0;
  setInterval(() => {
    count += 1;
    drawScene(context, count);
    drawTimeCode(context, Date.now());
    track?.requestFrame();
  }, 1_000 / PICTURE.framesPerSecond);
  const audio = new AudioContext();
  const tone = new OscillatorNode(audio, { frequency: 220 });
  const sink = audio.createMediaStreamDestination();
  tone.connect(new GainNode(audio, { gain: 0.05 })).connect(sink);
  tone.start();
  picture = new MediaStream([...stream.getVideoTracks(), ...sink.stream.getAudioTracks()]);
  return picture;
}

/** Something to do for the encoder: a drifting background and a body that crosses it. */
function drawScene(context: CanvasRenderingContext2D, count: number): void {
  const { width, height } = context.canvas;
  const bands = 12;
  for (let band = 0; band < bands; band += 1) {
    context.fillStyle = `hsl(${(count + band * 9) % 360} 40% ${30 + ((band * 3) % 25)}%)`;
    context.fillRect(0, (band * height) / bands, width, height / bands + 1);
  }
  context.fillStyle = '#f4c978';
  context.beginPath();
  context.arc((count * 7) % width, height * 0.6 + Math.sin(count / 15) * height * 0.2, height * 0.12, 0, 2 * Math.PI);
  context.fill();
}

async function publishLoge(request: { url: string; token: string; camera?: CameraSize }): Promise<void> {
  if (!sdk) throw new TypeError('The SDK is not loaded.');
  publishing = new sdk.Room({ url: request.url, log });
  await publishing.connect(request.token);
  await goLive(request.camera);
}

/** Of the room of `publishLoge`, whose live may have ended meanwhile. */
async function goLive(camera?: CameraSize): Promise<void> {
  const me = publishing?.localParticipant;
  const choice = camera ? { camera, microphone: true } : { stream: startPicture() };
  await me?.goLive(me.previewStream ? {} : choice);
}

async function openPreview(camera: CameraSize): Promise<void> {
  await publishing?.localParticipant.startPreview({ camera });
}

async function endLive(): Promise<void> {
  await publishing?.localParticipant.endLive();
}

async function publishBare(url: string, camera?: CameraSize): Promise<void> {
  const socket = io(url, { transports: ['websocket'], forceNew: true });
  const device = new Device();
  await device.load({ routerRtpCapabilities: await ask(socket, 'capabilities') });
  const transport = device.createSendTransport(await ask<types.TransportOptions>(socket, 'transport'));
  transport.on('connect', ({ dtlsParameters }, done, fail) => {
    ask(socket, 'connect-transport', { transport: transport.id, dtlsParameters }).then(() => done(), fail);
  });
  transport.on('produce', ({ kind, rtpParameters }, done, fail) => {
    ask<{ id: string }>(socket, 'produce', { transport: transport.id, kind, rtpParameters }).then(done, fail);
  });
  const stream = camera ? await navigator.mediaDevices.getUserMedia({ video: camera, audio: true }) : startPicture();
  const [video] = stream.getVideoTracks();
  const [audio] = stream.getAudioTracks();
  // Each side encodes a track of its own, so that resting one does not still the other.
  barePicture = await transport.produce({
    track: video?.clone(),
    encodings: ENCODINGS,
    codecOptions: { videoGoogleStartBitrate: 1_000 },
  });
  await transport.produce({ track: audio?.clone() });
}

/** Lets the prototype's encoder rest while the other side is measured; ours rests by itself when nobody watches. */
async function setBareActive(active: boolean): Promise<void> {
  await barePicture?.setRtpEncodingParameters({ active });
}

function ask<Result>(socket: Socket, event: string, input: object = {}): Promise<Result> {
  return socket.timeout(10_000).emitWithAck(event, input);
}

/** `isSmall`: the full picture in a small element, which costs little to paint. */
async function joinLoge(request: { url: string; token: string; isSmall?: boolean }): Promise<JoinTimes> {
  if (!sdk) throw new TypeError('The SDK is not loaded.');
  const { Room, RoomEvent } = sdk;
  const video = freshVideo(request.isSmall);
  const startedAt = performance.now();
  let welcomeMs = Number.NaN;
  let answerMs = Number.NaN;
  const room = new Room({ url: request.url, log });
  room.once(RoomEvent.trackSubscribed, () => {
    answerMs = performance.now() - startedAt;
  });
  room.stage.attach(video);
  if (request.isSmall) room.stage.setViewport({ width: PICTURE.width, height: PICTURE.height });
  const first = firstFrame(video);
  await room.connect(request.token);
  welcomeMs = performance.now() - startedAt;
  stay = { video, leave: () => room.disconnect() };
  return timesOf({ startedAt, first: await first, welcomeMs, answerMs });
}

async function joinBare(url: string, isSmall?: boolean): Promise<JoinTimes> {
  const video = freshVideo(isSmall);
  const startedAt = performance.now();
  const first = firstFrame(video);
  const socket = io(url, { transports: ['websocket'], forceNew: true });
  const routerRtpCapabilities = await ask<types.RtpCapabilities>(socket, 'capabilities');
  const welcomeMs = performance.now() - startedAt;
  const device = new Device();
  await device.load({ routerRtpCapabilities });
  const transport = device.createRecvTransport(await ask<types.TransportOptions>(socket, 'transport'));
  transport.on('connect', ({ dtlsParameters }, done, fail) => {
    ask(socket, 'connect-transport', { transport: transport.id, dtlsParameters }).then(() => done(), fail);
  });
  const { recvRtpCapabilities: rtpCapabilities } = device;
  const options = await ask<types.ConsumerOptions[]>(socket, 'consume', { transport: transport.id, rtpCapabilities });
  const answerMs = performance.now() - startedAt;
  const consumers = await Promise.all(options.map((one) => transport.consume(one)));
  video.srcObject = new MediaStream(consumers.map(({ track }) => track));
  await ask(socket, 'resume');
  stay = {
    video,
    leave: async () => {
      transport.close();
      socket.close();
    },
  };
  return timesOf({ startedAt, first: await first, welcomeMs, answerMs });
}

/** The steps of the connection that was opened last, up to its first frame, since `startedAt`. */
function mediaTimes(startedAt: number, { presentedAt, receivedAt }: PresentedFrame) {
  const since = (at = Number.NaN) => at - startedAt;
  const { iceBeganAt, iceConnectedAt, connectedAt, firstPacketAt } = peers.at(-1) ?? {};
  return {
    iceBeganMs: since(iceBeganAt),
    iceConnectedMs: since(iceConnectedAt),
    mediaConnectedMs: since(connectedAt),
    firstPacketMs: since(firstPacketAt),
    frameReceivedMs: since(receivedAt),
    firstFrameMs: since(presentedAt),
  };
}

function timesOf(times: { startedAt: number; first: PresentedFrame; welcomeMs: number; answerMs: number }): JoinTimes {
  const { startedAt, first, welcomeMs, answerMs } = times;
  return {
    welcomeMs,
    answerMs,
    ...mediaTimes(startedAt, first),
    pairs: pairsBetween(startedAt, first.presentedAt).map((pair) => ({
      ...pair,
      askedAt: pair.askedAt - startedAt,
      answeredAt: pair.answeredAt - startedAt,
    })),
  };
}

function log(_level: string, message: string, details?: object): void {
  const clock = new Date().toISOString().slice(17, 23);
  console.debug(`${clock} ${message} ${JSON.stringify(details ?? {})}`);
}

function freshVideo(isSmall = false): HTMLVideoElement {
  document.querySelector('video')?.remove();
  const video = document.createElement('video');
  Object.assign(video, { autoplay: true, playsInline: true });
  const scale = isSmall ? SMALL_SCALE : 1;
  video.style.cssText = `display: block; width: ${PICTURE.width * scale}px; height: ${PICTURE.height * scale}px`;
  document.body.append(video);
  return video;
}

/** A presented frame has been decoded. */
function firstFrame(video: HTMLVideoElement): Promise<PresentedFrame> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error('There was no first frame.')), FIRST_FRAME_LIMIT_MS);
    video.requestVideoFrameCallback((_now, { receiveTime = Number.NaN }) => {
      clearTimeout(timer);
      resolve({ presentedAt: performance.now(), receivedAt: receiveTime });
    });
  });
}

async function leave(): Promise<void> {
  await stay?.leave();
  stay?.video.remove();
  stay = undefined;
}

/** From drawing to presentation, in milliseconds, for so many frames; those that cannot be read are left out. */
function measureGlass(count: number): Promise<number[]> {
  const video = stay?.video;
  if (!video) throw new TypeError('Nothing is being watched.');
  const reader = new TimeCodeReader();
  const ages: number[] = [];
  return new Promise((resolve, reject) => {
    const limit = setTimeout(() => reject(new Error(`Only ${ages.length} frames could be read.`)), count * 200);
    const look = () => {
      const age = reader.ageMs(video, Date.now());
      if (age !== undefined) ages.push(age);
      if (ages.length < count) {
        video.requestVideoFrameCallback(look);
        return;
      }
      clearTimeout(limit);
      resolve(ages);
    };
    video.requestVideoFrameCallback(look);
  });
}

function receivedWidth(): number {
  return stay?.video.videoWidth ?? 0;
}

const benchPage = {
  load,
  publishLoge,
  goLive,
  openPreview,
  endLive,
  publishBare,
  setBareActive,
  joinLoge,
  joinBare,
  leave,
  measureGlass,
  receivedWidth,
  firstFrame,
  mediaTimes,
};
window.benchPage = benchPage;
