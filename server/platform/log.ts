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
}

const REDACTED_PATHS = ['token', '*.token', 'authorization', '*.authorization', '*.secret', 'secret', 'text', '*.text'];

export function createLog({ level, pretty }: LogOptions): Log {
  return pino({
    level,
    redact: { paths: REDACTED_PATHS, censor: '[redacted]' },
    ...(pretty
      ? { transport: { target: 'pino-pretty', options: { ignore: 'pid,hostname', translateTime: 'SYS:HH:MM:ss.l' } } }
      : {}),
  });
}
