/** The part of a pino logger that the media plane uses, so that it needs no logging library. */
export interface SfuLog {
  debug(bindings: object, message: string): void;
  info(bindings: object, message: string): void;
  warn(bindings: object, message: string): void;
  error(bindings: object, message: string): void;
}

export const silentLog: SfuLog = { debug() {}, info() {}, warn() {}, error() {} };
