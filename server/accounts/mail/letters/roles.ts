import type { LetterData, Template } from './template.ts';

export const moderatorInvitation: Template<LetterData['moderator-invitation']> = {
  lane: 'other',
  write: {
    en: ({ creator, room, link }, house) => ({
      subject: `${creator} asks you to moderate`,
      blocks: [
        room === null
          ? `${creator} asks you to keep order in the chat of all their rooms.`
          : `${creator} asks you to keep order in the chat of a room.`,
        ...(room === null ? [] : [{ facts: [['Room', room]] as [string, string][] }]),
        'Accept or decline in your account, within seven days.',
        { button: 'Open your account', href: link },
      ],
      reason: `You get this letter because ${creator} invited you by your handle on ${house}.`,
    }),
    fr: ({ creator, room, link }, house) => ({
      subject: `${creator} vous propose de modérer`,
      blocks: [
        room === null
          ? `${creator} vous propose de modérer le chat de tous ses salons.`
          : `${creator} vous propose de modérer le chat d’un salon.`,
        ...(room === null ? [] : [{ facts: [['Salon', room]] as [string, string][] }]),
        'Acceptez ou refusez dans votre compte, sous sept jours.',
        { button: 'Ouvrir votre compte', href: link },
      ],
      reason: `Vous recevez ce message parce que ${creator} vous a invité par votre pseudonyme sur ${house}.`,
    }),
  },
};

export const creatorDecision: Template<LetterData['creator-decision']> = {
  lane: 'other',
  write: {
    en: ({ accepted, link }, house) => ({
      subject: accepted ? `You are a creator on ${house}` : `Your request to become a creator on ${house}`,
      blocks: [
        accepted
          ? 'The house has accepted you as a creator. Your studio is open.'
          : 'The house has not accepted your request to become a creator. You can ask again in your account.',
        { button: accepted ? 'Open your studio' : 'Open your account', href: link },
      ],
      reason: `You get this letter because you asked to become a creator on ${house}.`,
    }),
    fr: ({ accepted, link }, house) => ({
      subject: accepted ? `Vous êtes créateur sur ${house}` : `Votre demande pour devenir créateur sur ${house}`,
      blocks: [
        accepted
          ? 'La maison vous a accepté comme créateur. Votre studio est ouvert.'
          : 'La maison n’a pas accepté votre demande de devenir créateur. Vous pouvez la renouveler dans votre compte.',
        { button: accepted ? 'Ouvrir votre studio' : 'Ouvrir votre compte', href: link },
      ],
      reason: `Vous recevez ce message parce que vous avez demandé à devenir créateur sur ${house}.`,
    }),
  },
};
