/** The emulator's log; the embedding process may pass its own. */
export type EmulatorLog = (message: string, fields?: Record<string, unknown>) => void;

export const logToStderr: EmulatorLog = (message, fields) => {
  process.stderr.write(`stripe-emulator: ${message}${fields === undefined ? '' : ` ${JSON.stringify(fields)}`}\n`);
};
