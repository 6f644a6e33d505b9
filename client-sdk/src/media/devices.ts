/** Cameras, microphones and screens of this computer: opening them, and listing what there is (W3C Media Capture and Streams). */
import { fromCaptureFailure, LogeError } from '../errors.ts';

/** `true` for sensible defaults, constraints of one's own, or `false` for none. */
export type CaptureChoice = boolean | MediaTrackConstraints;

const CAMERA_DEFAULTS: MediaTrackConstraints = {
  width: { ideal: 1280 },
  height: { ideal: 720 },
  frameRate: { ideal: 30 },
};
const MICROPHONE_DEFAULTS: MediaTrackConstraints = {
  echoCancellation: true,
  noiseSuppression: true,
  autoGainControl: true,
};

export interface DeviceList {
  cameras: MediaDeviceInfo[];
  microphones: MediaDeviceInfo[];
  speakers: MediaDeviceInfo[];
}

/**
 * Lists the devices. Labels are empty until the person has allowed the camera or microphone once: list again after
 * `startPreview()`. Listen to `navigator.mediaDevices` `devicechange` to keep it fresh.
 * @throws {LogeError} `media_not_supported` on a page without a secure context.
 */
export async function listDevices(): Promise<DeviceList> {
  const devices = await mediaDevices().enumerateDevices();
  const ofKind = (kind: MediaDeviceKind): MediaDeviceInfo[] =>
    devices.filter((device) => device.kind === kind && device.deviceId !== '');
  return { cameras: ofKind('videoinput'), microphones: ofKind('audioinput'), speakers: ofKind('audiooutput') };
}

/** Opens camera and microphone together, so that the person is asked once. */
export async function captureDevices(choice: {
  camera: CaptureChoice;
  microphone: CaptureChoice;
}): Promise<MediaStream> {
  const constraints: MediaStreamConstraints = {
    video: withDefaults(choice.camera, CAMERA_DEFAULTS),
    audio: withDefaults(choice.microphone, MICROPHONE_DEFAULTS),
  };
  try {
    return await mediaDevices().getUserMedia(constraints);
  } catch (error) {
    throw fromCaptureFailure(error, 'camera');
  }
}

/** Asks the person which screen or window to share; with its sound where the browser offers it. */
export async function captureScreen(choice: CaptureChoice): Promise<MediaStream> {
  const { mediaDevices: devices } = navigator;
  if (!devices?.getDisplayMedia) throw new LogeError('media_not_supported');
  try {
    return await devices.getDisplayMedia({
      video: choice === true ? { frameRate: { ideal: 30 } } : choice || true,
      audio: true,
    });
  } catch (error) {
    throw fromCaptureFailure(error, 'screen');
  }
}

/** Constraints that name one device and keep the defaults otherwise. */
export function onlyDevice(deviceId: string): MediaTrackConstraints {
  return { deviceId: { exact: deviceId } };
}

function withDefaults(choice: CaptureChoice, defaults: MediaTrackConstraints): boolean | MediaTrackConstraints {
  return typeof choice === 'boolean' ? choice && defaults : { ...defaults, ...choice };
}

function mediaDevices(): MediaDevices {
  // Browsers hide it on pages that are neither https nor localhost.
  if (typeof navigator !== 'object' || !navigator.mediaDevices) throw new LogeError('media_not_supported');
  return navigator.mediaDevices;
}
