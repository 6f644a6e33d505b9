import type { RawData } from 'ws';
import { z } from 'zod';
import { type AnswerOf, type MethodsOf, type RequestOf, sfuMethods } from '../contract/methods.ts';
import { id, rtpCapabilities } from '../contract/values.ts';
import { sfuErrorCodes } from '../contract.ts';
import { pipeMethods } from '../pipes/pipe-messages.ts';

/**
 * The frames of the control API, in JSON: requests, their answers, and events. The receiver counts the events, so that
 * none is lost when the connection breaks. Both ends check what they receive.
 */
export const CONTROL_VERSION = 2;

/** Every method of the control API: the contract's for gateways, and those for other nodes. */
export const controlMethods = { ...sfuMethods, ...pipeMethods };

export type ControlMethod = keyof typeof controlMethods;
export type ControlRequest<M extends ControlMethod> = RequestOf<typeof controlMethods, M>;
export type ControlAnswer<M extends ControlMethod> = AnswerOf<typeof controlMethods, M>;
export type ControlMethods = MethodsOf<typeof controlMethods>;

const count = z.number().int().min(0);

/** Sent by the client: a request, or the number of events received over this connection. */
export const clientFrame = z.union([
  z.strictObject({ id: count, method: z.string().max(40), params: z.unknown() }),
  z.strictObject({ received: count }),
]);

export const hello = z.object({
  version: z.number().int(),
  node: id,
  routerRtpCapabilities: rtpCapabilities,
  /** Absent from nodes without spares. */
  keepsSpares: z.boolean().default(false),
});

/**
 * Sent by the node: first its identity, then answers, and events with the number that each has among the node's events.
 */
export const serverFrame = z.union([
  z.object({ hello }),
  z.object({ id: count, data: z.unknown() }),
  z.object({ id: count, error: z.object({ code: z.enum(sfuErrorCodes), message: z.string() }) }),
  z.object({ event: z.unknown(), number: count }),
]);
export type ServerFrame = z.infer<typeof serverFrame>;

/** A received frame; undefined if it is invalid. */
export function parseFrame<Frame>(schema: z.ZodType<Frame>, data: RawData, isBinary: boolean): Frame | undefined {
  if (isBinary) return undefined;
  try {
    return schema.safeParse(JSON.parse(data.toString())).data;
  } catch {
    return undefined;
  }
}
