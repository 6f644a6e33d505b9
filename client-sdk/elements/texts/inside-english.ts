/** English texts of what is shown inside a room, besides the chat. */

export const insideEnglish = {
  private: {
    how: (amount: string) =>
      `Just the two of you. ${amount} is held when you ask; you pay for the time in which you really had each other’s picture, to the cent.`,
    request: 'Ask for a session',
    topUp: (missing: string) => `Top up ${missing} to ask`,
    waiting: (creator: string) => `Waiting for ${creator} to answer…`,
    withdraw: 'Withdraw',
    end: 'End the session',
    counting: 'time is counted',
    paused: 'paused, nothing is charged',
    pausedTitle: 'Your video is paused',
    pausedText:
      'Your device does not confirm that the picture arrives, so we have stopped sending it. Nothing is charged meanwhile. Check your connection, turn off a VPN or an extension that blocks video, or try another network.',
    pausedRetry: (time: string) => `The next try is possible in ${time}: only a few are allowed in five minutes.`,
    pausedRetrySoon: 'We try again by ourselves as soon as your connection works.',
    pausedEnds: 'After a minute without a picture the session ends by itself; you can then ask for another.',
    fanPausedTitle: (name: string) => `The video to ${name} is paused`,
    fanPausedText: (name: string) =>
      `The device of ${name} does not confirm that your picture arrives, so no time is counted. Your camera is not the reason. The session goes on by itself when their device answers; you can wait or end it. After a minute without a picture it ends by itself.`,
    fundsLow: 'Your credit ends in less than half a minute.',
    declined: 'Your request was declined. Nothing was charged.',
    expired: 'Nobody answered in time. Nothing was charged.',
    with: (name: string) => `With ${name}`,
    nobody: 'Nobody is asking at the moment.',
    accept: 'Accept',
    decline: 'Decline',
    costInAll: (amount: string) => `It cost ${amount}.`,
    lasts: (time: string) => `Your credit lasts ${time} at most.`,
    receipt: 'Your receipt',
    time: 'Time with both pictures',
    perMinute: 'Price of a minute',
    paid: 'You paid',
    earned: 'You earned',
    earnedInAll: (amount: string) => `You earned ${amount}.`,
    endReasons: {
      fan_ended: 'The session is over.',
      creator_ended: 'The session is over.',
      funds_ended: 'The credit is used up.',
      media_ended: 'The video did not come back.',
      interrupted: 'The session was interrupted on our side.',
      room_ended: 'The room is closed.',
      removed: 'The session was ended by a moderator.',
    },
  },
  ticket: {
    own: 'Your ticket',
    date: 'Date',
    calendar: 'Add to calendar',
    receipt: 'Receipt',
    toRoom: 'To the room',
    back: 'Give the ticket back',
    backUntil: 'Until the live begins or goes on you can give it back, without saying why.',
    backSure: 'You lose your place, and the money goes back the way it came.',
    keep: 'Keep it',
  },
  summary: {
    title: 'Your evening',
    titleCreator: 'The evening in figures',
    duration: 'Live',
    tickets: (count: string) => `Tickets (${count})`,
    tips: (count: string) => `Tips (${count})`,
    ownTips: (count: string) => `Your tips (${count})`,
    returned: (count: string) => `Tickets that go back (${count})`,
    yours: 'Yours, after VAT and commission',
    back: (amount: string, to: 'wallet' | 'card') =>
      to === 'wallet'
        ? `You saw no live: ${amount} go back to your wallet by themselves.`
        : `You saw no live: ${amount} go back to your card by themselves. Your bank shows them within 5 to 10 days.`,
  },
  stage: {
    label: (creator: string) => `Live video of ${creator}`,
    soon: 'The curtain is still down',
    pausedTitle: 'A pause',
    pausedText: (creator: string, time: string) =>
      `${creator} comes back by ${time}. Stay here: the video starts by itself.`,
    offAirText: (creator: string) => `${creator} is off air. If they come back, the video starts by itself.`,
    pausedTitle: 'A pause',
    pausedText: (creator: string, time: string) =>
      `${creator} comes back by ${time}. Stay here: the video starts by itself.`,
    offAirText: (creator: string) => `${creator} is off air. If they come back, the video starts by itself.`,
    soonText: (creator: string) => `${creator} is getting ready. Stay here: the video starts by itself.`,
    joining: 'Raising the curtain…',
    startSound: 'Tap for sound',
    cameraOff: 'The camera is off',
    halted: 'A short break. Stay here, it goes on in a moment.',
    microphoneOff: 'Sound is off on stage',
    paused: 'Paused: your device does not confirm the picture',
    soundOnly: 'Sound only: the connection is too slow for the picture',
    poorConnection: 'Your connection is weak. The picture adapts to it.',
  },
  summary: {
    title: 'Your evening',
    titleCreator: 'The evening in figures',
    duration: 'Live',
    tickets: (count: string) => `Tickets (${count})`,
    tips: (count: string) => `Tips (${count})`,
    ownTips: (count: string) => `Your tips (${count})`,
    returned: (count: string) => `Tickets that go back (${count})`,
    yours: 'Yours, after VAT and commission',
    back: (amount: string, to: 'wallet' | 'card') =>
      to === 'wallet'
        ? `You saw no live: ${amount} go back to your wallet by themselves.`
        : `You saw no live: ${amount} go back to your card by themselves. Your bank shows them within 5 to 10 days.`,
  },
  leaderboard: {
    title: 'Most generous tonight',
    open: 'Who gave most',
    none: 'Nobody has tipped yet. The first place is free.',
    tips: (count: string, one: boolean) => `${count} ${one ? 'tip' : 'tips'}`,
    you: 'You',
    yourPlace: (place: string) => `You are in place ${place}`,
    toNext: (amount: string) => `${amount} more and you move up`,
    close: 'Close',
  },
};

export type InsideTexts = typeof insideEnglish;
