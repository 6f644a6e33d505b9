/**
 * Private sessions by the minute, on sockets alone: the fan asks, extends and ends, the creator accepts, declines and
 * ends.
 */

import {
  privateExtendInput,
  privateRequestInput,
  privateSessionAnswer,
  privateSessionInput,
  privateSessionList,
} from '../../money/private-sessions.ts';
import { socketOperation } from '../contract.ts';

const ANYONE = { from: 'lobby', limit: 'money' } as const;
const CREATOR = { from: 'inside', right: 'publish', limit: 'money' } as const;

export const privateSessionContract = {
  'private:request': socketOperation({
    ...ANYONE,
    input: privateRequestInput,
    answer: privateSessionAnswer,
    summary: 'Ask for a private session, as a fan',
    description: 'The minutes, 1 to 3, are held from the wallet at once.',
  }),
  'private:accept': socketOperation({
    ...CREATOR,
    input: privateSessionInput,
    answer: privateSessionAnswer,
    summary: 'Accept a request, as the creator',
  }),
  'private:decline': socketOperation({
    ...CREATOR,
    input: privateSessionInput,
    answer: privateSessionAnswer,
    summary: 'Decline a request, as the creator',
  }),
  'private:end': socketOperation({
    ...ANYONE,
    input: privateSessionInput,
    answer: privateSessionAnswer,
    summary: 'End a session, or withdraw a request',
  }),
  'private:extend': socketOperation({
    ...ANYONE,
    from: 'inside',
    input: privateExtendInput,
    answer: privateSessionAnswer,
    summary: 'Hold further minutes now, as the fan',
    description: 'For example after a top-up; the server also does so by itself.',
  }),
  'private:list': socketOperation({
    from: 'lobby',
    answer: privateSessionList,
    summary: 'List open sessions',
    description: 'For the creator all requests and the running session, for a fan their own.',
  }),
};
