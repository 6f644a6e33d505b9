/** Where the SDK tells what it does. No token and no message text is ever logged. */

export type LogLevel = 'debug' | 'info' | 'warn' | 'error';

/** Receives the SDK's log lines: `debug` for the wire, `info` for changes of state, `warn` for what mended itself, `error` for what did not. */
export type Log = (level: LogLevel, message: string, details?: Record<string, unknown>) => void;

/** Warnings and errors on the console: what an embedder sees who has not passed a log of their own. */
export const consoleLog: Log = (level, message, details) => {
  if (level === 'error') console.error(`[loge] ${message}`, details ?? '');
  else if (level === 'warn') console.warn(`[loge] ${message}`, details ?? '');
};
