// A reason why set-up cannot continue that the user can fix. Only its message is shown, so it says what happened, and
// then exactly what to install or do.
export class SetupError extends Error {
  name = 'SetupError';
}
