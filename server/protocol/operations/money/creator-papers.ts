/** A creator's tax details: given by themselves or by the embedder's server. */
import type { z } from 'zod';
import { creatorBusinessAnswer, creatorBusinessInput } from '../../money/creator-business.ts';
import { operation } from '../contract.ts';

const OF_CREATOR = { by: ['server:money'], errors: ['creator_not_found'] } as const;
const OWN = { by: ['person'], role: 'creator' } as const;
const EXAMPLE: z.input<typeof creatorBusinessInput> = {
  ...{ kind: 'person', firstName: 'Léa', legalName: 'Martin', birthDate: '1990-05-17', vatStatus: 'small_business' },
  ...{ address: '3 rue des Lilas', postalCode: '75011', city: 'Paris', country: 'FR' },
  ...{ tin: '3012345678901', registrationNumber: '303 265 045' },
};

export const creatorPapersContract = {
  getBusiness: operation({
    ...OWN,
    http: 'GET /v1/earnings/business',
    answer: creatorBusinessAnswer,
    summary: 'Get your tax details',
  }),
  setBusiness: operation({
    ...OWN,
    http: 'PUT /v1/earnings/business',
    limit: 'money',
    input: creatorBusinessInput,
    example: EXAMPLE,
    answer: creatorBusinessAnswer,
    stepUp: true,
    summary: 'Give your tax details',
    description:
      'Replaces all of them; the answer names what is missing or not valid. Seen by operators of the house and told to the tax authorities (DAC7); R45b.',
  }),
  getCreatorBusiness: operation({
    ...OF_CREATOR,
    http: 'GET /v1/creators/:identity/business',
    answer: creatorBusinessAnswer,
    summary: "Get a creator's tax details",
  }),
  setCreatorBusiness: operation({
    ...OF_CREATOR,
    http: 'PUT /v1/creators/:identity/business',
    limit: 'money',
    input: creatorBusinessInput,
    example: EXAMPLE,
    answer: creatorBusinessAnswer,
    summary: "Give a creator's tax details",
    description: 'For people of embedders, as they told their server. Replaces all of them; R45b.',
  }),
};
