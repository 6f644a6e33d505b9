/** The committee: what everybody sees of it, what members say of themselves, and the seats that operators arrange. */

import { operatorInvitation } from '../../accounts/operators.ts';
import {
  appointmentInput,
  biographyInput,
  committee,
  declarationInput,
  ownSeat,
  removalInput,
  resignationInput,
  seatInput,
} from '../../trust/committee.ts';
import { checkpointToSign, memberSignatureInput } from '../../trust/record.ts';
import { operation } from '../contract.ts';

const BY_OPERATOR = { by: ['operator'] } as const;
const BY_MEMBER = { by: ['member'] } as const;
const EXAMPLE_NAME = { en: 'Law of data', fr: 'Droit des données' };
const EXAMPLE_REASON = { en: 'Cited in our own case.', fr: 'Est cité dans notre propre affaire.' };

export const committeeContract = {
  getCommittee: operation({
    by: ['visitor'],
    http: 'GET /v1/committee',
    answer: committee,
    summary: 'The committee: seats, members, vacancies, quorum and past members',
    description:
      'Texts are in both languages. `quorum.failsSince` is the time since when fewer seats are held than the quorum needs. A past member has how and when the term ended; `removed` always has a reason.',
  }),
  getOwnSeat: operation({
    by: ['person'],
    http: 'GET /v1/me/seat',
    answer: ownSeat,
    summary: 'The seat that one holds, or holds soon',
  }),
  saveBiography: operation({
    ...BY_MEMBER,
    http: 'PUT /v1/me/seat/biography',
    input: biographyInput,
    example: { biography: { en: 'Teaches data protection law.', fr: 'Enseigne le droit des données.' } },
    answer: ownSeat,
    summary: 'Write one’s public biography',
    description: 'By the member alone. Empty in both languages, it is removed.',
  }),
  declare: operation({
    ...BY_MEMBER,
    http: 'POST /v1/me/seat/declarations',
    input: declarationInput,
    example: { independent: true, unpaid: true, interests: { en: 'None.', fr: 'Aucun.' } },
    answer: ownSeat,
    status: 201,
    stepUp: true,
    summary: 'Declare independence, being unpaid, and interests',
    description: 'Public at once, never changed, and due again after a year.',
  }),
  resign: operation({
    ...BY_MEMBER,
    http: 'POST /v1/me/seat/resignation',
    input: resignationInput,
    example: { reason: { en: 'I was not heard.', fr: 'Je n’ai pas été entendue.' } },
    stepUp: true,
    summary: 'Resign from one’s seat',
    description: 'At once, with a reason or without one. The reason is public.',
  }),
  getCheckpointToSign: operation({
    ...BY_MEMBER,
    http: 'GET /v1/me/seat/checkpoint',
    answer: checkpointToSign,
    summary: 'The record as it is, to sign it',
    description:
      'A member’s passkey signs the SHA-256 of the last checkpoint’s text: whoever has that passkey’s public key from elsewhere sees that the house shows them the same record as the member (R78).',
  }),
  signCheckpoint: operation({
    ...BY_MEMBER,
    http: 'POST /v1/me/seat/signatures',
    input: memberSignatureInput,
    example: { size: 120, id: 'AQID', clientDataJSON: 'e30', authenticatorData: 'AQID', signature: 'AQID' },
    answer: checkpointToSign,
    status: 201,
    errors: ['passkey_invalid'],
    summary: 'Sign the record',
    description: 'Public at `/transparency/log/members`, and never changed.',
  }),
  createSeat: operation({
    ...BY_OPERATOR,
    http: 'POST /v1/desk/committee/seats',
    input: seatInput,
    example: { name: EXAMPLE_NAME },
    answer: committee,
    status: 201,
    summary: 'Add a seat to the committee',
  }),
  renameSeat: operation({
    ...BY_OPERATOR,
    http: 'PATCH /v1/desk/committee/seats/:seat',
    input: seatInput,
    example: { name: EXAMPLE_NAME },
    answer: committee,
    summary: 'Rename a vacant seat',
    description: 'Past members keep the name that the seat had. `forbidden` while somebody holds it.',
    errors: ['not_found'],
  }),
  removeSeat: operation({
    ...BY_OPERATOR,
    http: 'DELETE /v1/desk/committee/seats/:seat',
    answer: committee,
    stepUp: true,
    summary: 'Remove a vacant seat',
    description: 'Its past members stay public. `forbidden` while somebody holds it.',
    errors: ['not_found'],
  }),
  inviteMember: operation({
    ...BY_OPERATOR,
    http: 'POST /v1/desk/committee/seats/:seat/invitations',
    input: appointmentInput,
    example: {
      address: 'noor@example.org',
      appointedBy: { en: 'The founders', fr: 'Les fondatrices' },
      until: '2028-12-31T23:00:00Z',
    },
    answer: operatorInvitation,
    status: 201,
    stepUp: true,
    summary: 'Invite a person to a seat',
    description:
      'Give them `url`. It works once, within seven days, for a person who signs in with that mail address and a passkey, and who is neither operator, reviewer nor creator. `invalid_request`: the seat is held in that time, or the term is longer than ten years.',
    errors: ['not_found', 'forbidden', 'time_in_past'],
  }),
  removeMember: operation({
    ...BY_OPERATOR,
    http: 'POST /v1/desk/committee/terms/:term/removal',
    input: removalInput,
    example: { reason: EXAMPLE_REASON },
    answer: committee,
    stepUp: true,
    summary: 'Remove a member before the end of the term',
    description: 'The reason is published with the name of the seat and the date, and stays.',
    errors: ['not_found'],
  }),
};
