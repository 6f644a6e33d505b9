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
  /** Requests a session; the minutes are held from the fan's wallet at once. */
  'private:request': socketOperation({ ...ANYONE, input: privateRequestInput, answer: privateSessionAnswer }),
  'private:accept': socketOperation({ ...CREATOR, input: privateSessionInput, answer: privateSessionAnswer }),
  'private:decline': socketOperation({ ...CREATOR, input: privateSessionInput, answer: privateSessionAnswer }),
  /** Ends a session, or withdraws a request. */
  'private:end': socketOperation({ ...ANYONE, input: privateSessionInput, answer: privateSessionAnswer }),
  /** Holds further minutes now, for example after a top-up; the server also does so by itself. */
  'private:extend': socketOperation({
    ...ANYONE,
    from: 'inside',
    input: privateExtendInput,
    answer: privateSessionAnswer,
  }),
  /** Open sessions: for the creator all requests and the running session, for a fan their own. */
  'private:list': socketOperation({ from: 'lobby', answer: privateSessionList }),
};
