/**
 * Structured logs (pino). No token, message text or bind value of a failed statement is ever logged. Bind `room` and
 * `identity` with `log.child`.
 */
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
  /** Readable lines for a terminal instead of JSON. */
  pretty: boolean;
  /** A file or a descriptor; standard output by default. */
  destination?: string | number;
}

const REDACTED_PATHS = ['token', '*.token', 'authorization', '*.authorization', '*.secret', 'secret', 'text', '*.text'];

const STDOUT = 1;
/** For commands whose result goes to standard output. */
export const STDERR = 2;
/** Drizzle appends the bind values of a failed statement to its message. */
const BIND_VALUES = /\nparams: [\s\S]*$/;
/** SQLSTATE class 22, data exception: Postgres quotes the refused value in its message. */
const DATA_EXCEPTION = /^22/;

/** Logs named fields of an error only: Postgres puts values into others (`detail`, `where`, `parameters`). */
export function serializeError(error: unknown): unknown {
  if (!(error instanceof Error)) return typeof error;
  const code = 'code' in error && typeof error.code === 'string' ? error.code : undefined;
  const message = code && DATA_EXCEPTION.test(code) ? `data exception ${code}` : error.message.replace(BIND_VALUES, '');
  const frames = error.stack?.split('\n').filter((line) => /^\s+at /.test(line));
  return {
    type: error.name,
    message,
    ...(frames ? { stack: [`${error.name}: ${message}`, ...frames].join('\n') } : {}),
    ...(code ? { code } : {}),
    ...(error.cause instanceof Error ? { cause: serializeError(error.cause) } : {}),
  };
}

export function createLog({ level, pretty, destination = STDOUT }: LogOptions): Log {
  const options = {
    level,
    redact: { paths: REDACTED_PATHS, censor: '[redacted]' },
    serializers: { err: serializeError, error: serializeError },
  };
  if (!pretty) return pino(options, pino.destination(destination));
  const target = {
    ignore: 'pid,hostname',
    translateTime: 'SYS:HH:MM:ss.l',
    destination,
  };
  return pino({ ...options, transport: { target: 'pino-pretty', options: target } });
}
