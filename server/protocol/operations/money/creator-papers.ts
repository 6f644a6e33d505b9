/** A creator's tax details, and the bills that the house writes in their name. */
import type { z } from 'zod';
import { creatorBusinessAnswer, creatorBusinessInput } from '../../money/creator-business.ts';
import {
  selfBillAnswer,
  selfBilling,
  selfBillingInput,
  selfBillingQuery,
  selfBillsQuery,
} from '../../money/self-bills.ts';
import { downloadOperation, operation } from '../contract.ts';

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
  getSelfBilling: operation({
    ...OWN,
    http: 'GET /v1/earnings/self-billing',
    input: selfBillingQuery,
    answer: selfBilling,
    summary: 'Get whether the house writes your bills, and those that it has written',
    description: 'The newest hundred, and the text to agree to.',
  }),
  setSelfBilling: operation({
    ...OWN,
    http: 'PUT /v1/earnings/self-billing',
    limit: 'money',
    input: selfBillingInput,
    example: { textVersion: null, language: 'en' },
    answer: selfBilling,
    stepUp: true,
    summary: 'Agree that the house writes your bills, or end that',
    description:
      'With the `textVersion` of the text that you read; `null` ends it. Sales and refunds from then on are billed once their month is over; R45c.',
  }),
  exportSelfBills: downloadOperation({
    by: ['operator'],
    http: 'GET /v1/reports/self-bills.csv',
    format: 'csv',
    input: selfBillsQuery,
    summary: 'Export the bills that the house wrote for creators, of a month of sales',
  }),
  getSelfBill: operation({
    by: ['person', 'operator'],
    http: 'GET /v1/self-bills/:bill',
    answer: selfBillAnswer,
    summary: 'Get a bill that the house wrote in a creator’s name',
    description: 'Your own. Operators can read every bill.',
    errors: ['payment_not_found'],
  }),
};
