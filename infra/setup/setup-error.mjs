// A reason why set-up cannot go on that a person can act on. Its message is all that is shown, so it says what
// happened, and then exactly what to install or to do.
export class SetupError extends Error {
  name = 'SetupError';
}
