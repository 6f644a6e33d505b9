/** The server API for fee policies, associations, pledges and buyers' countries, and the public accounts of associations. */

import { identity } from '../protocol/accounts.ts';
import { LIMITS } from '../protocol/limits.ts';
import {
  association,
  associationAccount,
  associationInput,
  associationList,
  buyer,
  buyerInput,
  feePolicy,
  feePolicyInput,
  feePolicyList,
  pledgeAnswer,
  pledgeInput,
} from '../protocol/pricing.ts';
import type { HttpContext } from './http-context.ts';
import { parseExactly } from './http-input.ts';
import { defineRoute, type Route } from './http-route.ts';

export function pricingRoutes(context: HttpContext): Route[] {
  return [...feePolicyRoutes(context), ...associationRoutes(context), ...pledgeRoutes(context), buyerRoute(context)];
}

function feePolicyRoutes({ money }: HttpContext): Route[] {
  return [
    defineRoute({
      name: 'createFeePolicy',
      method: 'post',
      path: '/v1/fee-policies',
      auth: 'server',
      scope: 'money',
      limit: 'server',
      input: feePolicyInput,
      example: { commissionBps: 1_500, effectiveAt: '2027-01-01T00:00:00Z' },
      answer: feePolicy,
      status: 201,
      summary: 'Add a version of the fees',
      description: 'Versions are never changed. What was sold keeps the version that it was split by.',
      errors: ['time_in_past'],
      handler: ({ caller, input }) => money.desk.addFeePolicy(input, caller.apiKey),
    }),
    defineRoute({
      name: 'listFeePolicies',
      method: 'get',
      path: '/v1/fee-policies',
      auth: 'server',
      scope: 'money',
      limit: 'server',
      answer: feePolicyList,
      summary: 'List the versions of the fees',
      description: 'The newest first; `inForce` is on the one that splits what is sold now.',
      handler: async () => ({ feePolicies: await money.pricing.listFeePolicies() }),
    }),
  ];
}

function associationRoutes({ money }: HttpContext): Route[] {
  return [
    defineRoute({
      name: 'createAssociation',
      method: 'post',
      path: '/v1/associations',
      auth: 'server',
      scope: 'money',
      limit: 'server',
      input: associationInput,
      example: { id: 'restos', name: 'Les Restos', country: 'FR', url: 'https://association.example' },
      answer: association,
      status: 201,
      summary: 'Add an association that creators can give to',
      description: 'The same call again answers the same.',
      errors: ['association_exists', 'association_not_found'],
      handler: ({ input }) => money.pricing.addAssociation(input),
    }),
    defineRoute({
      name: 'listAssociations',
      method: 'get',
      path: '/v1/associations',
      auth: 'visitor',
      limit: 'site',
      answer: associationList,
      summary: 'List the associations',
      handler: async () => ({ associations: await money.pricing.listAssociations(LIMITS.listPageItems) }),
    }),
    defineRoute({
      name: 'getAssociationAccount',
      method: 'get',
      path: '/v1/associations/:association/account',
      auth: 'visitor',
      limit: 'site',
      answer: associationAccount,
      summary: 'Read the account of an association',
      description: 'Public: what it was given by sales, month by month, less what refunds took back.',
      errors: ['association_not_found'],
      handler: ({ params }) => money.pricing.readAccount(params.association),
    }),
  ];
}

function pledgeRoutes({ money, accounts }: HttpContext): Route[] {
  return [
    defineRoute({
      name: 'setPledge',
      method: 'put',
      path: '/v1/creators/:identity/pledge',
      auth: 'server',
      scope: 'money',
      limit: 'server',
      input: pledgeInput,
      example: { association: 'restos', shareBps: 500 },
      answer: pledgeAnswer,
      summary: "Pledge a share of a creator's part to an association",
      description:
        'In basis points of what the creator would get. It holds for what is sold from now on and is shown before paying. A share of 0 takes the pledge back.',
      errors: ['creator_not_found', 'association_not_found'],
      handler: async ({ params, input }) => {
        const creator = await accounts.getCreator(parseExactly(identity, params.identity));
        return { pledge: await money.pricing.pledge(creator.identity, input) };
      },
    }),
    defineRoute({
      name: 'getPledge',
      method: 'get',
      path: '/v1/creators/:identity/pledge',
      auth: 'server',
      scope: 'money',
      limit: 'server',
      answer: pledgeAnswer,
      summary: "Get a creator's pledge",
      errors: ['creator_not_found'],
      handler: async ({ params }) => {
        const creator = await accounts.getCreator(parseExactly(identity, params.identity));
        return { pledge: await money.pricing.findPledge(creator.identity) };
      },
    }),
  ];
}

function buyerRoute({ money }: HttpContext): Route {
  return defineRoute({
    name: 'setBuyer',
    method: 'put',
    path: '/v1/buyers/:identity',
    auth: 'server',
    scope: 'money',
    limit: 'server',
    input: buyerInput,
    example: { country: 'DE' },
    answer: buyer,
    summary: 'Say where a buyer lives',
    description: 'It decides the rate of VAT of what they buy from now on. Without it the country of the house holds.',
    handler: async ({ params, input }) => {
      const person = parseExactly(identity, params.identity);
      await money.pricing.noteBuyerCountry(person, input.country);
      return { identity: person, country: input.country };
    },
  });
}
