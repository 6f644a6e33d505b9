/** A call for which the server may want a passkey: the page then asks for it, and repeats the call. */
import { LogeError } from '../../../client-sdk/src/errors.ts';
import { call } from './site-call.ts';

export function confirmedCall<Answer>(...args: Parameters<typeof call>): Promise<Answer> {
  return confirmed(() => call<Answer>(...args));
}

export async function confirmed<Answer>(send: () => Promise<Answer>): Promise<Answer> {
  try {
    return await send();
  } catch (error) {
    if (!(error instanceof LogeError && error.code === 'step_up_required')) throw error;
    const { confirmWithPasskey } = await import('../passkeys/passkey-confirm.ts');
    if (!(await confirmWithPasskey())) throw error;
    return send();
  }
}
