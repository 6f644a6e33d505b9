/** English texts of creators' pages, and of following. */
export const profile = {
  pictureOf: (name: string) => `Picture of ${name}`,
  pageOf: (name: string) => `${name}’s page`,
  lives: 'Lives',
  noLives: 'No lives announced yet.',
  club: 'The club',
  join: 'Join',
  joinAs: (tier: string) => `Join ${tier}`,
  joinLater: 'You can join from a club room, as soon as one is announced.',
  follow: 'Follow',
  followName: (name: string) => `Follow ${name}`,
  unfollow: 'Unfollow',
  unfollowName: (name: string) => `Unfollow ${name}`,
  following: (name: string) => `You’re following ${name}.`,
  edit: 'Edit your page',
  description: (name: string) => `${name}’s lives and club on Loge.`,
  notFound: 'There’s no creator with this name here.',
};
