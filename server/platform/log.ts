/** Structured logs (pino). No token and no message text is ever logged; bind `room` and `identity` with `log.child`. */
import { pino } from 'pino';

export interface Log {
  debug(fields: object, message: string): void;
  info(fields: object, message: string): void;
  warn(fields: object, message: string): void;
  error(fields: object, message: string): void;
  child(fields: Record<string, unknown>): Log;
}

export interface LogOptions {
  level: string;
  /** Readable lines for a person at a terminal instead of JSON. */
  pretty: boolean;
  /** To standard error, for a command whose output is its answer. */
  isApart?: boolean;
}

const REDACTED_PATHS = ['token', '*.token', 'authorization', '*.authorization', '*.secret', 'secret', 'text', '*.text'];

const STDERR = 2;

export function createLog({ level, pretty, isApart = false }: LogOptions): Log {
  const options = { level, redact: { paths: REDACTED_PATHS, censor: '[redacted]' } };
  if (!pretty) return isApart ? pino(options, pino.destination(STDERR)) : pino(options);
  const target = {
    ignore: 'pid,hostname',
    translateTime: 'SYS:HH:MM:ss.l',
    ...(isApart ? { destination: STDERR } : {}),
  };
  return pino({ ...options, transport: { target: 'pino-pretty', options: target } });
}
