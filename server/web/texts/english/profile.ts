/** English texts of creators' pages, and of following. */
export const profile = {
  pictureOf: (name: string) => `Picture of ${name}`,
  pageOf: (name: string) => `${name}’s page`,
  lives: 'Lives',
  noLives: 'No live is announced at the moment.',
  club: 'The club',
  join: 'Join in a room of the club',
  joinLater: 'One joins in a room of the club, once one is announced.',
  follow: 'Follow',
  followName: (name: string) => `Follow ${name}`,
  unfollow: 'Unfollow',
  unfollowName: (name: string) => `Unfollow ${name}`,
  following: (name: string) => `You follow ${name}.`,
  edit: 'Edit your page',
  description: (name: string) => `Lives and club of ${name} on Loge.`,
  notFound: 'There is no creator with this name here.',
};
