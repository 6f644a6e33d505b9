/**
 * Calls of the pages to the server, typed by the contract of the route. Where the server wants a passkey first, the
 * page asks for it and repeats the call.
 */
import { LogeError } from '../../../client-sdk/client/errors.ts';
import type { DownloadRoute, Given, Route, RouteAnswer, UploadRoute } from '../../protocol/operations/calls.ts';
import { callOnce, request } from './route-call.ts';

/** A photo, or all of a person's data, over a slow line. */
const FILE_TIMEOUT_MS = 120_000;

/** `given`: the parameters of the path together with the input. */
export function call<R extends Route>(route: R, ...given: Given<R>): Promise<RouteAnswer<R>> {
  return confirmed(() => callOnce(route, ...given));
}

export async function upload<R extends UploadRoute>(
  route: R,
  { file, ...given }: Given<R>[0] & { file: Blob },
): Promise<RouteAnswer<R>> {
  const response = await confirmed(() => request(route, given, { file, timeoutMs: FILE_TIMEOUT_MS }));
  return (await response.json()) as RouteAnswer<R>;
}

export async function download<R extends DownloadRoute>(route: R, ...[given]: Given<R>): Promise<File> {
  const response = await confirmed(() => request(route, given, { timeoutMs: FILE_TIMEOUT_MS }));
  const name = /filename="([^"]+)"/.exec(response.headers.get('content-disposition') ?? '')?.[1] ?? '';
  return new File([await response.blob()], name);
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
