/** The schemas that the OpenAPI document names, and how schemas of zod become JSON Schemas. */
import { z } from 'zod';
import { creator, creatorInput, participant, tokenInput } from '../../../protocol/accounts/accounts.ts';
import { creatorCard } from '../../../protocol/accounts/profiles.ts';
import {
  deliveryList,
  embedderEvent,
  eventList,
  secretRotationInput,
  webhookDelivery,
  webhookEndpoint,
  webhookEndpointInput,
  webhookEndpointList,
  webhookEndpointWithSecret,
} from '../../../protocol/events.ts';
import { apiKey, apiKeyInput, apiKeyList, apiKeyWithSecret } from '../../../protocol/keys.ts';
import { membership, membershipList, tier, tierList } from '../../../protocol/money/memberships.ts';
import {
  checkout,
  refund,
  refundInput,
  ticket,
  ticketInput,
  tip,
  tipAnswer,
  tipInput,
  topupAnswer,
  topupInput,
  wallet,
} from '../../../protocol/money/money.ts';
import { nothing } from '../../../protocol/operations/contract.ts';
import { accessRule, removal, removalInput, room, roomInput, roomList, roomView } from '../../../protocol/rooms.ts';
import { errorAnswer } from '../errors.ts';

export type JsonSchema = z.core.JSONSchema.BaseSchema;

const INPUT_NAMES: [z.ZodType, string][] = [
  [creatorInput, 'CreatorInput'],
  [tokenInput, 'TokenInput'],
  [apiKeyInput, 'ApiKeyInput'],
  [roomInput, 'RoomInput'],
  [removalInput, 'RemovalInput'],
  [topupInput, 'TopupInput'],
  [ticketInput, 'TicketInput'],
  [tipInput, 'TipInput'],
  [refundInput, 'RefundInput'],
  [webhookEndpointInput, 'WebhookEndpointInput'],
  [secretRotationInput, 'SecretRotationInput'],
];

export const ANSWER_NAMES: [z.ZodType, string][] = [
  [creator, 'Creator'],
  [creatorCard, 'PersonCard'],
  [participant, 'Participant'],
  [apiKey, 'ApiKey'],
  [apiKeyWithSecret, 'ApiKeyWithSecret'],
  [apiKeyList, 'ApiKeyList'],
  [accessRule, 'AccessRule'],
  [room, 'Room'],
  [roomView, 'RoomView'],
  [roomList, 'RoomList'],
  [removal, 'Removal'],
  [wallet, 'Wallet'],
  [checkout, 'Checkout'],
  [topupAnswer, 'TopupAnswer'],
  [ticket, 'Ticket'],
  [tip, 'Tip'],
  [tipAnswer, 'TipAnswer'],
  [refund, 'Refund'],
  [embedderEvent, 'Event'],
  [eventList, 'EventList'],
  [tier, 'Tier'],
  [tierList, 'TierList'],
  [membership, 'Membership'],
  [membershipList, 'MembershipList'],
  [webhookEndpoint, 'WebhookEndpoint'],
  [webhookEndpointWithSecret, 'WebhookEndpointWithSecret'],
  [webhookEndpointList, 'WebhookEndpointList'],
  [webhookDelivery, 'WebhookDelivery'],
  [deliveryList, 'WebhookDeliveryList'],
  [creatorCard, 'CreatorCard'],
  [nothing, 'Nothing'],
  [errorAnswer, 'Error'],
];

export function inputSchema(schema: z.ZodType): JsonSchema {
  const { $schema: _dialect, ...rest } = z.toJSONSchema(schema, { io: 'input', override: describeInput });
  return rest;
}

/** Constraints on every input beyond its schema: no unknown fields, and no NUL, which Postgres cannot store. */
export function describeInput({ jsonSchema }: { jsonSchema: z.core.JSONSchema.BaseSchema }): void {
  if (jsonSchema.type === 'object') jsonSchema.additionalProperties = false;
  const { type, pattern, format, enum: values, const: value } = jsonSchema;
  const isFree = type === 'string' && !pattern && !format && !values && value === undefined && !jsonSchema.allOf;
  if (isFree) jsonSchema.pattern = '^[^\\u0000]*$';
}

/** The named schemas. Inputs are closed, like the parser; answers are open, so that fields can be added. */
export class Components {
  readonly #inputs = z.registry<{ id: string }>();
  readonly #answers = z.registry<{ id: string }>();
  readonly error: JsonSchema;

  constructor() {
    for (const [schema, id] of INPUT_NAMES) this.#inputs.add(schema, { id });
    for (const [schema, id] of ANSWER_NAMES) this.#answers.add(schema, { id });
    this.error = this.#reference(this.#answers, errorAnswer, 'Error');
  }

  input(name: string, schema: z.ZodType): JsonSchema {
    return this.#reference(this.#inputs, schema, `${capitalise(name)}Input`);
  }

  answer(name: string, schema: z.ZodType): JsonSchema {
    return this.#reference(this.#answers, schema, `${capitalise(name)}Answer`);
  }

  #reference(registry: z.core.$ZodRegistry<{ id: string }>, schema: z.ZodType, fallbackId: string): JsonSchema {
    if (!registry.has(schema)) registry.add(schema, { id: fallbackId });
    return { $ref: uriOf(registry.get(schema)?.id ?? fallbackId) };
  }

  toJson(): Record<string, JsonSchema> {
    const inputs = z.toJSONSchema(this.#inputs, {
      uri: uriOf,
      io: 'input',
      override: describeInput,
    });
    const answers = z.toJSONSchema(this.#answers, {
      uri: uriOf,
      override: ({ jsonSchema }) => {
        delete jsonSchema.additionalProperties;
      },
    });
    // Inside an OpenAPI document a schema is identified by its path; its own `$id` or `$schema` would break references.
    const plain = Object.entries({ ...answers.schemas, ...inputs.schemas }).map(
      ([id, { $schema: _dialect, $id: _id, ...schema }]) => [id, schema as JsonSchema] as const,
    );
    return Object.fromEntries(plain.sort(([a], [b]) => a.localeCompare(b)));
  }
}

function uriOf(id: string): string {
  return `#/components/schemas/${id}`;
}

function capitalise(name: string): string {
  return name.charAt(0).toUpperCase() + name.slice(1);
}
