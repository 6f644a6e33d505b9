/** English texts of the site's pages; the elements have their own. A key that is missing in French is a type error. */
import { englishDesk } from './english-desk.ts';
import { englishEarnings } from './english-earnings.ts';
import { englishReceipt } from './english-receipt.ts';
import { englishRooms } from './english-rooms.ts';
import { englishWallet } from './english-wallet.ts';

export const english = {
  desk: englishDesk,
  earnings: englishEarnings,
  receipt: englishReceipt,
  rooms: englishRooms,
  wallet: englishWallet,
  site: {
    name: 'Loge',
    skip: 'Skip to the content',
    live: 'Live',
    studio: 'Studio',
    wallet: 'Wallet',
    earnings: 'Earnings',
    desk: 'Money desk',
    navigation: 'Main',
    otherLanguage: 'Français',
    account: (name: string) => `Signed in as ${name}`,
    signOut: 'Sign out',
    footer: 'Loge: the private box of a theatre, for lives between creators and their community.',
    retry: 'Try again',
    failed: 'This could not be loaded.',
  },
  titles: {
    home: 'Loge: live, in private',
    room: 'Live · Loge',
    studio: 'Studio · Loge',
    wallet: 'Wallet · Loge',
    earnings: 'Earnings · Loge',
    desk: 'Money desk · Loge',
    receipt: 'Receipt · Loge',
  },
  home: {
    title: 'Take your seat.',
    text: 'Private lives, a few metres from the stage. Get your key, and the doors open.',
    liveNow: 'Live now',
    upcoming: 'Coming up',
    nobody: 'Nobody is live at the moment.',
    nobodyText: 'The rooms below are about to open. You can take your ticket already.',
    nothing: 'The house is quiet tonight.',
    nothingText: 'No room has been announced yet.',
    free: 'Free',
    members: 'Members',
    with: (creator: string) => `with ${creator}`,
    soon: 'Soon',
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
    status: { live: 'Live', scheduled: 'Ready', ended: 'Over' },
    creatorsOnly: 'The studio is for creators.',
    creatorsOnlyText: 'You are signed in as a fan. Sign out and choose a creator to go live.',
    back: 'All my rooms',
  },
};

export type SiteTexts = typeof english;
