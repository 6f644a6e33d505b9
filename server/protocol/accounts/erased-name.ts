/** The name that erased people have in every record; shown in the reader's language. */
export const ERASED_NAME = 'Erased';
