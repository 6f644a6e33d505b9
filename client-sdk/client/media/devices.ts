/** Opens and lists cameras, microphones and screens (W3C Media Capture and Streams). */
import { fromCaptureFailure, LogeError } from '../errors.ts';

/** `true` for the SDK's defaults, custom constraints, or `false` for none. */
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
 * Lists the devices. Labels are empty until the person has allowed the camera or microphone: list again after
 * `startPreview()`, and on the `devicechange` event of `navigator.mediaDevices`.
 * @throws {LogeError} `media_not_supported` on a page without a secure context.
 */
export async function listDevices(): Promise<DeviceList> {
  const devices = await mediaDevices().enumerateDevices();
  const ofKind = (kind: MediaDeviceKind): MediaDeviceInfo[] =>
    devices.filter((device) => device.kind === kind && device.deviceId !== '');
  return { cameras: ofKind('videoinput'), microphones: ofKind('audioinput'), speakers: ofKind('audiooutput') };
}

/** Opens camera and microphone together, so that the browser asks once. */
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

/** Lets the person choose a screen or window to share, with its audio where the browser supports it. */
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

/** Constraints for a specific device; defaults apply otherwise. */
export function onlyDevice(deviceId: string): MediaTrackConstraints {
  return { deviceId: { exact: deviceId } };
}

function withDefaults(choice: CaptureChoice, defaults: MediaTrackConstraints): boolean | MediaTrackConstraints {
  return typeof choice === 'boolean' ? choice && defaults : { ...defaults, ...choice };
}

function mediaDevices(): MediaDevices {
  // It exists only in secure contexts (https or localhost).
  if (typeof navigator !== 'object' || !navigator.mediaDevices) throw new LogeError('media_not_supported');
  return navigator.mediaDevices;
}
