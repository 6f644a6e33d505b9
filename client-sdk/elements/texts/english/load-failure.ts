/** English texts of a part whose code could not be loaded. */
export const loadFailure = {
  failed: 'This part of the page couldn’t be loaded. Check your connection.',
  retry: 'Try again',
  reload: 'Reload the page',
};
