/**
 * Sends a command's request to the house's server on this machine, if that holds the database (PGlite). With Postgres a
 * command uses the database itself, and reveals the API secret to no program that happens to use the port.
 */
import { z } from 'zod';
import { type Config, ConfigError } from './config.ts';

interface OwnRequest {
  method: 'GET' | 'POST' | 'DELETE';
  path: string;
  body?: object;
  timeoutMs: number;
}

const refusal = z.object({ error: z.object({ message: z.string() }) });

/** The answer's JSON; undefined if no server is needed, or none runs. */
export async function askOwnServer(config: Config, request: OwnRequest): Promise<unknown> {
  if (config.databaseUrl) return undefined;
  const { method, path, body, timeoutMs } = request;
  const credentials = Buffer.from(`${config.apiKey}:${config.apiSecret}`).toString('base64');
  let response: Response;
  try {
    response = await fetch(`http://127.0.0.1:${config.port}${path}`, {
      method,
      headers: { authorization: `Basic ${credentials}`, ...(body ? { 'content-type': 'application/json' } : {}) },
      ...(body ? { body: JSON.stringify(body) } : {}),
      signal: AbortSignal.timeout(timeoutMs),
    });
  } catch (error) {
    if (error instanceof Error && error.name === 'TimeoutError') throw error;
    return undefined;
  }
  const answer: unknown = await response.json().catch(() => undefined);
  if (response.ok) return answer;
  const { data } = refusal.safeParse(answer);
  throw new ConfigError([
    `the program on port ${config.port} answered ${response.status}${data ? `: ${data.error.message}` : "; is it this house's server?"}`,
  ]);
}
