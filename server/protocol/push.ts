/** Web push: which browsers of a person want messages. */
import { z } from 'zod';
import { idSchema } from './ids.ts';

const base64url = (bytes: number) => {
  const chars = Math.ceil((bytes * 4) / 3);
  const shape = new RegExp(`^[A-Za-z0-9_-]{${chars}}={0,2}$`);
  return z
    .string()
    .max(chars + 2)
    .regex(shape, `${bytes} bytes in base64url`);
};

/** As `PushSubscription.toJSON()` gives it. */
export const pushDeviceInput = z.object({
  endpoint: z.url({ protocol: /^https?$/ }).max(1_000),
  keys: z.object({
    /** An uncompressed point of P-256. */
    p256dh: base64url(65),
    auth: base64url(16),
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
