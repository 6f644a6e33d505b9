/** Web push: which browsers of a person want messages. */
import { z } from 'zod';
import { idSchema } from '../ids.ts';

/** 65 and 16 bytes in base64url, with or without padding. */
const POINT = /^[A-Za-z0-9_-]{87}={0,2}$/;
const SECRET = /^[A-Za-z0-9_-]{22}={0,2}$/;

/** As `PushSubscription.toJSON()` gives it. */
export const pushDeviceInput = z.object({
  endpoint: z.url({ protocol: /^https?$/ }).max(1_000),
  keys: z.object({
    /** An uncompressed point of P-256. */
    p256dh: z.string().max(89).regex(POINT, '65 bytes in base64url'),
    auth: z.string().max(24).regex(SECRET, '16 bytes in base64url'),
  }),
});
export type PushDeviceInput = z.infer<typeof pushDeviceInput>;

export const pushDeviceId = idSchema('pushDevice');
const pushDevice = z.object({
  id: pushDeviceId,
  /** Browser and system, such as `Firefox, Android`; empty if unknown. */
  device: z.string(),
  createdAt: z.string(),
  /** Whether it is the one that asks. */
  isCurrent: z.boolean(),
});
export type PushDevice = z.infer<typeof pushDevice>;

export const pushState = z.object({
  /** The `applicationServerKey` to subscribe with. */
  publicKey: z.string(),
  devices: z.array(pushDevice),
});
export type PushState = z.infer<typeof pushState>;
