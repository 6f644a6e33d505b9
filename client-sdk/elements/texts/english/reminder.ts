/** English texts of the reminder of a live. */
export const reminder = {
  on: 'Remind me',
  off: 'Do not remind me',
  text: 'You get a reminder 15 minutes before the live, and when it begins without a date.',
  calendar: 'Add to the calendar',
};
