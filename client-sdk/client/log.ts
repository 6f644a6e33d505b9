/** The SDK's log. Tokens and message texts are never logged. */

export type LogLevel = 'debug' | 'info' | 'warn' | 'error';

/**
 * Receives the SDK's log: `debug` for protocol details, `info` for state changes, `warn` for failures it recovers from,
 * `error` for others.
 */
export type Log = (level: LogLevel, message: string, details?: Record<string, unknown>) => void;

/** The default log: warnings and errors on the console. */
export const consoleLog: Log = (level, message, details) => {
  if (level === 'error') console.error(`[loge] ${message}`, details ?? '');
  else if (level === 'warn') console.warn(`[loge] ${message}`, details ?? '');
};
