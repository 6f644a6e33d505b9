/** English texts of the reminder of a live. */
export const reminder = {
  on: 'Remind me',
  off: 'Cancel reminder',
  text: 'We’ll remind you 15 minutes before the live, or as it begins if it has no date.',
  calendar: 'Add to calendar',
};
