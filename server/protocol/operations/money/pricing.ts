/** How sales are split: fee policies, associations and pledges to them, and where buyers live. */

import {
  association,
  associationAccount,
  associationInput,
  associationList,
  buyer,
  buyerInput,
  deskPledgeInput,
  feePolicy,
  feePolicyInput,
  feePolicyList,
  pledgeAnswer,
  pledgeInput,
} from '../../money/pricing.ts';
import { operation } from '../contract.ts';

const BY_SERVER = { by: ['server:money'] } as const;
const OWN = { by: ['person'], role: 'creator' } as const;
const BY_HOUSE = { by: ['server:money', 'operator'] } as const;

export const pricingContract = {
  createFeePolicy: operation({
    ...BY_HOUSE,
    http: 'POST /v1/fee-policies',
    limit: 'money',
    input: feePolicyInput,
    example: { commissionBps: 1_500, effectiveAt: '2030-01-01T00:00:00Z' },
    answer: feePolicy,
    status: 201,
    stepUp: true,
    summary: 'Add a fee policy',
    description: 'Fee policies never change. Each sale keeps the policy that it was split by.',
    errors: ['time_in_past'],
  }),
  listFeePolicies: operation({
    ...BY_HOUSE,
    http: 'GET /v1/fee-policies',
    answer: feePolicyList,
    summary: 'List the fee policies',
    description: 'Newest first; `inForce` marks the one that applies to sales now.',
  }),
  setBuyer: operation({
    ...BY_HOUSE,
    http: 'PUT /v1/buyers/:identity',
    input: buyerInput,
    example: { country: 'DE', reason: 'They moved to Berlin' },
    answer: buyer,
    summary: 'Set the country of a buyer',
    description:
      'On record; an operator gives a reason. One piece of evidence of where they live, for the VAT of their later purchases, beside the billing address and the card of their payments: two that agree decide, and otherwise this one (R22q).',
  }),
  createAssociation: operation({
    ...BY_SERVER,
    http: 'POST /v1/associations',
    input: associationInput,
    example: { id: 'restos', name: 'Les Restos', country: 'FR', url: 'https://association.example' },
    answer: association,
    status: 201,
    summary: 'Add an association that creators can give to',
    description: 'Repeated calls with the same details return the same association.',
    errors: ['association_exists', 'association_not_found'],
  }),
  listAssociations: operation({
    http: 'GET /v1/associations',
    by: ['visitor'],
    answer: associationList,
    summary: 'List the associations',
  }),
  getAssociationAccount: operation({
    http: 'GET /v1/associations/:association/account',
    by: ['visitor'],
    answer: associationAccount,
    summary: 'Read the account of an association',
    description: 'Public: its pledges from sales by month, less refunds.',
    errors: ['association_not_found'],
  }),
  setPledge: operation({
    ...BY_HOUSE,
    http: 'PUT /v1/creators/:identity/pledge',
    input: deskPledgeInput,
    example: { association: 'restos', shareBps: 500, reason: 'They asked for it by letter' },
    answer: pledgeAnswer,
    summary: "Pledge a share of a creator's part to an association",
    description:
      "In basis points of the creator's part. On record; an operator gives a reason. It applies to later sales and is shown before payment. A share of 0 ends the pledge.",
    errors: ['creator_not_found', 'association_not_found'],
  }),
  getPledge: operation({
    ...BY_HOUSE,
    http: 'GET /v1/creators/:identity/pledge',
    answer: pledgeAnswer,
    summary: "Get a creator's pledge",
    errors: ['creator_not_found'],
  }),
  setOwnPledge: operation({
    ...OWN,
    http: 'PUT /v1/earnings/pledge',
    limit: 'money',
    input: pledgeInput,
    example: { association: 'restos', shareBps: 500 },
    answer: pledgeAnswer,
    summary: 'Pledge a share of your part to an association',
    description: 'It applies to later sales and is shown before payment. A share of 0 ends the pledge.',
    errors: ['association_not_found'],
  }),
  getOwnPledge: operation({
    ...OWN,
    http: 'GET /v1/earnings/pledge',
    answer: pledgeAnswer,
    summary: 'Get your own pledge',
  }),
};
