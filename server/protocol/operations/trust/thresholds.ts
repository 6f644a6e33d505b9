/** Thresholds of the committee. The management can read none of them, and change and end none. */

import { thresholdEndInput, thresholdInput, thresholdList } from '../../trust/thresholds.ts';
import { operation } from '../contract.ts';

const BY_MEMBER = { by: ['member'] } as const;

export const thresholdContract = {
  listThresholds: operation({
    ...BY_MEMBER,
    http: 'GET /v1/committee/thresholds',
    answer: thresholdList,
    summary: 'The thresholds of the committee, and what they raised',
    errors: ['forbidden'],
  }),
  setThreshold: operation({
    ...BY_MEMBER,
    http: 'POST /v1/committee/thresholds',
    input: thresholdInput,
    example: {
      title: { en: 'Flags of minors', fr: 'Signalements de mineurs' },
      figure: 'reports_minors',
      comparison: 'above',
      limit: 3,
      windowDays: 7,
      reason: 'More than three a week were never seen.',
    },
    answer: thresholdList,
    status: 201,
    summary: 'Set a threshold on a figure',
    description:
      'The house looks every hour. Where the figure of the last `windowDays` is `above` or `below` the limit, an alarm opens a case and members are told by mail; the same threshold raises the next one once that time has passed again. It is never changed: set another one, and end this one.',
    errors: ['forbidden'],
  }),
  endThreshold: operation({
    ...BY_MEMBER,
    http: 'POST /v1/committee/thresholds/:threshold/end',
    input: thresholdEndInput,
    example: { reason: 'A lower one takes its place.' },
    answer: thresholdList,
    summary: 'End a threshold',
    description: 'By members alone, with a reason on record.',
    errors: ['not_found', 'forbidden'],
  }),
};
