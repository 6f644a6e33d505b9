/** English texts of the studio. */
export const studio = {
  title: 'Your studio',
  text: 'Open a room, check your picture, go live.',
  newRoom: 'New room',
  rooms: 'Your rooms',
  none: 'No rooms yet. Create your first one.',
  open: 'Open the studio',
  share: 'Copy link',
  copied: 'Link copied',
  copyYourself: 'Link to the room, to copy',
  status: { live: 'Live', scheduled: 'Ready', ended: 'Ended' },
  creatorsOnly: 'The studio is for creators.',
  back: 'All your rooms',
  toEarnings: 'See your earnings',
  nextDate: 'Set your next date',
};
