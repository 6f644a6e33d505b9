/**
 * English texts of the site's pages; the elements have their own. A key that is missing in French is a type error.
 * Those of single pages are in files of their own, and are loaded with them.
 */
import type { englishAccount } from './account.ts';
import type { englishDesk } from './desk.ts';
import type { englishEarnings } from './earnings.ts';
import type { englishProfile } from './profile.ts';
import type { englishReceipt } from './receipt.ts';
import type { englishReview } from './review.ts';
import type { englishRooms } from './rooms.ts';
import type { englishWallet } from './wallet.ts';

export const english = {
  site: {
    name: 'Loge',
    skip: 'Skip to the content',
    live: 'Live',
    studio: 'Studio',
    wallet: 'Wallet',
    earnings: 'Earnings',
    desk: 'Desk',
    navigation: 'Main',
    otherLanguage: 'Français',
    account: (name: string) => `Signed in as ${name}`,
    signIn: 'Sign in',
    yourAccount: 'Your account',
    signOut: 'Sign out',
    footer: 'Loge: the private box of a theatre, for lives between creators and their community.',
    retry: 'Try again',
    failed: 'This could not be loaded.',
    fieldMissing: 'Fill this in.',
    missing: 'The link may be incomplete. The home page shows what is on.',
    house: 'The house',
    toHome: 'To the home page',
  },
  house: { charter: 'Charter', terms: 'Terms', privacy: 'Privacy', imprint: 'Imprint', contact: 'Contact' },
  titles: {
    home: 'Loge: live, in private',
    room: 'Live · Loge',
    studio: 'Studio · Loge',
    wallet: 'Wallet · Loge',
    earnings: 'Earnings · Loge',
    review: 'Review',
    desk: 'Desk · Loge',
    receipt: 'Receipt · Loge',
    'sign-in-page': 'Sign in · Loge',
    account: 'Your account · Loge',
    profile: 'Loge',
    parts: 'Parts · Loge',
  },
  home: {
    title: 'Take your seat.',
    text: 'Private lives, a few metres from the stage. Get your key, and the doors open.',
    held: 'Your tickets',
    liveNow: 'Live now',
    upcoming: 'Coming up',
    enter: (price: string) => `Enter · ${price}`,
    nothing: 'The house is quiet tonight.',
    nothingText: 'No room has been announced yet.',
    free: 'Free',
    members: 'Members',
    with: (creator: string) => `with ${creator}`,
    yours: 'Your studio is waiting.',
    openStudio: 'Open the studio',
  },
  signIn: {
    title: 'Who are you tonight?',
    text: 'This is a demonstration house. Choose a creator or a fan; there is no password.',
    creators: 'Creators',
    fans: 'Fans',
    house: 'The house',
    needed: 'Sign in to enter',
    neededText: 'Choose who you are, and the room opens here.',
    withAccount: 'Sign in with a mail address',
    production: 'You are not signed in. Come in through the site that invited you.',
  },
  studio: {
    title: 'Your studio',
    text: 'Open a room, check your picture, go live.',
    newRoom: 'A new room',
    rooms: 'Your rooms',
    none: 'You have no room yet. Create the first one.',
    open: 'Open the studio',
    share: 'Copy the link',
    copied: 'Link copied',
    copyYourself: 'The link of the room, to copy',
    status: { live: 'Live', scheduled: 'Ready', ended: 'Over' },
    creatorsOnly: 'The studio is for creators.',
    creatorsOnlyText: 'You are signed in as a fan. In your account you can become a creator.',
    back: 'All my rooms',
  },
};

export type BaseSiteTexts = typeof english;
/** A page may read the base and what it loads itself. */
export type SiteTexts = BaseSiteTexts & {
  accounts: typeof englishAccount;
  desk: typeof englishDesk;
  review: typeof englishReview;
  earnings: typeof englishEarnings;
  profile: typeof englishProfile;
  receipt: typeof englishReceipt;
  rooms: typeof englishRooms;
  wallet: typeof englishWallet;
};
