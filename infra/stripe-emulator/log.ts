/** Where the emulator says what went wrong; the embedding process may bring its own. */
export type EmulatorLog = (message: string, fields?: Record<string, unknown>) => void;

export const logToStderr: EmulatorLog = (message, fields) => {
  process.stderr.write(`stripe-emulator: ${message}${fields === undefined ? '' : ` ${JSON.stringify(fields)}`}\n`);
};
