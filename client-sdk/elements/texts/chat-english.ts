/** English texts of the chat. */
import type { ChatNotice } from '../../../server/protocol/chat/chat.ts';

const seconds = (count: number) => (count === 1 ? '1 second' : `${count} seconds`);

export const chatEnglish = {
  label: 'Chat',
  listLabel: 'Messages',
  listHint: 'Arrow up to read back, Enter for what can be done with a message.',
  placeholder: 'Say something…',
  placeholderOffline: 'Reconnecting. Your message will wait.',
  placeholderEmoji: 'Emoji only',
  send: 'Send',
  empty: 'Nobody has said anything yet.',
  emptyText: 'The first word is yours.',
  closed: 'The chat of this room is closed.',
  removed: 'Message removed',
  erased: 'Message erased',
  sending: 'sending',
  newest: 'Newest messages',
  unread: (count: number) => (count === 1 ? '1 new message' : `${count} new messages`),
  tipped: 'tipped',
  tipRefunded: 'paid back',
  creator: 'creator',
  moderator: 'moderator',
  you: 'you',
  left: (count: number) => (count === 1 ? '1 character left' : `${count} characters left`),
  announceTip: (name: string, amount: string, words: string) => `${name} tipped ${amount}${words ? `: ${words}` : ''}`,
  announceTipRefund: (name: string, amount: string) => `The tip of ${amount} from ${name} was paid back`,
  announceMention: (name: string, text: string) => `${name} to you: ${text}`,
  tools: (name: string) => `Message of ${name}`,
  reply: 'Reply',
  replyTo: (name: string) => `Reply to ${name}`,
  repliesTo: (name: string) => `replies to ${name}`,
  replyGone: 'a message that was removed',
  cancelReply: 'Do not reply',
  mentionPeople: 'People to mention',
  emoji: 'Reactions and emoji',
  react: 'React: it rises over the room',
  insert: 'Put into the message',
  failed: 'Not sent.',
  retry: 'Send again',
  discard: 'Discard',
  heldTitle: 'Waiting for a moderator',
  held: 'Your message is being looked at before it appears. You will see here what becomes of it.',
  refused: 'Your message was not let through.',
  refusedBecause: (reason: string) => `Your message was not let through: ${reason}`,
  pinned: 'Pinned',
  unpin: 'Unpin',
  poll: 'Poll',
  pollClosed: 'Poll, closed',
  pollResult: (won: readonly string[]) => englishResult(won),
  pollClosesIn: (time: string) => `closes in ${time}`,
  votes: (count: number) => (count === 1 ? '1 vote' : `${count} votes`),
  vote: (option: string) => `Vote for: ${option}`,
  voted: 'your vote',
  pollHide: 'Hide',
  pollShow: 'Show',
  sampled: (shown: string, total: string) => `Busy room: ${shown} of ${total} messages a second are shown.`,
  slowMode: (count: number) => `Slow mode: a message every ${seconds(count)}`,
  slowWait: (count: number) => `Slow mode: again in ${count} s`,
  membersOnly: 'Only members of the club write at the moment.',
  emojiOnly: 'Only emoji at the moment.',
  paused: 'The chat is paused for a moment.',
  panic: 'The chat is closed for a moment. You can go on watching.',
  timedOut: (time: string) => `You cannot write for another ${time}.`,
  banned: 'You can no longer write here.',
  bannedCreator: 'You can no longer write in the rooms of this creator.',
  bannedUntil: (date: string) => `You cannot write here until ${date}.`,
  because: (reason: string) => `Reason: ${reason}`,
  restrictedBy: {
    creator: 'by the creator',
    moderator: 'by a moderator',
    fan: '',
    server: 'by the house',
    house: 'by the house',
  },
  people: 'Who is here',
  peopleCount: (count: string) => `${count} here`,
  peopleSearch: 'Find somebody',
  peopleLarge: (count: string) =>
    `${count} people are here. In a large room only the creator and moderators are listed.`,
  peopleNobody: 'Nobody by that name.',
  raiseHand: 'Raise your hand',
  lowerHand: 'Take your hand down',
  handsUp: (count: number) => (count === 1 ? '1 hand is up' : `${count} hands are up`),
  hands: 'Raised hands',
  report: 'Report',
  reportTitle: 'What do you report?',
  reportMessage: 'This message',
  reportPerson: (name: string) => `The person: ${name}`,
  reportLive: 'The live',
  reportReason: 'Why?',
  reportText: 'The house decides about it. It is kept with its evidence, and nobody in the room sees who reported it.',
  reportNote: 'What should we know? (optional)',
  reportSend: 'Report',
  reported: (number: number) => `Thank you. Your report has the number ${number}.`,
  categories: {
    harassment: 'Harassment',
    hate: 'Hate',
    sexual: 'Sexual content that is not wanted',
    minors: 'Endangers minors',
    violence: 'Violence or threats',
    self_harm: 'Self-harm',
    privacy: 'Private information',
    fraud: 'Fraud',
    spam: 'Spam',
    consent: 'Somebody is shown who did not agree to it',
    illegal: 'Something else that the law forbids',
    other: 'Something else',
  },
  close: 'Close',
  notice: (notice: NoticeDetails) => englishNotice(notice),
};

export type NoticeDetails = Pick<ChatNotice, 'notice' | 'on' | 'seconds' | 'subject' | 'won'>;

function englishNotice({ notice, on, seconds: every = 0, subject = '', won = [] }: NoticeDetails): string {
  switch (notice) {
    case 'slow_mode':
      return on ? `Slow mode is on: a message every ${seconds(every)}.` : 'Slow mode is off.';
    case 'members_only':
      return on ? 'Only members of the club can write now.' : 'Everyone can write again.';
    case 'emoji_only':
      return on ? 'Only emoji now.' : 'Words are welcome again.';
    case 'paused':
      return on ? 'The chat is paused.' : 'The chat goes on.';
    case 'links':
      return on ? 'Links are allowed.' : 'Links are shown as text.';
    case 'panic':
      return on ? 'The chat was closed for a moment.' : 'The chat is open again.';
    case 'pinned':
      return on ? 'A message was pinned.' : 'The pinned message was taken down.';
    case 'poll_started':
      return `A poll: ${subject}`;
    case 'poll_closed':
      return `The poll is closed: ${subject} ${englishResult(won)}`;
    case 'goal_reached':
      return `Goal reached: ${subject}`;
  }
}

/** The answers that won a poll. */
function englishResult(won: readonly string[]): string {
  if (won.length === 0) return 'Nobody voted.';
  return won.length === 1 ? `Result: ${won[0]}.` : `A tie: ${won.join(', ')}.`;
}

/** Moderation. */
export const moderationEnglish = {
  title: 'Keep order',
  open: 'Keep order',
  waiting: (count: number) => (count === 1 ? '1 message waits for review' : `${count} messages wait for review`),
  tabs: { queue: 'Review', modes: 'Modes', words: 'Words', reports: 'Reports', audit: 'Log' },
  remove: 'Remove the message',
  timeoutFor: 'No writing for',
  timeout: (time: string) => `No writing for ${time}`,
  times: { 60: '1 min', 600: '10 min', 3600: '1 h' } as Record<number, string>,
  more: 'More',
  removeAll: (name: string) => `Remove everything by ${name}`,
  banRoom: 'Ban from this room’s chat',
  banCreator: 'Ban from all of the creator’s chats',
  putOut: 'Put out of the room',
  cancel: 'Cancel',
  putOutTitle: (name: string) => `Put ${name} out of this room?`,
  putOutQuestion: (reason: string) =>
    `They lose video and chat at once, cannot come back to this room, and are told the reason: “${reason}”. Their ticket is not refunded by itself. They are told how to object. This cannot be undone here.`,
  block: 'Block from all of my rooms',
  blockTitle: (name: string) => `Block ${name} from all of your rooms?`,
  blockQuestion: (reason: string) =>
    `They lose video and chat at once, and cannot enter, follow, tip or buy in any of your rooms until you unblock them in your account. Tickets of lives to come go back. They are told the reason: “${reason}”.`,
  context: 'Context and record',
  pin: 'Pin',
  reason: 'Reason, told to them',
  reasons: ['Breaks the house rules', 'Insults', 'Harassment', 'Spam', 'Private information'],
  done: {
    removed: 'The message was removed.',
    removedAll: (name: string) => `Everything by ${name} was removed.`,
    timedOut: (name: string, time: string) => `${name} cannot write for ${time}.`,
    banned: (name: string) => `${name} can no longer write here.`,
    bannedCreator: (name: string) => `${name} can no longer write in any of these rooms.`,
    putOut: (name: string) => `${name} was removed from the room.`,
    blocked: (name: string) => `${name} is blocked from all of your rooms.`,
    lifted: (name: string) => `${name} can write again.`,
    pinned: 'The message is pinned.',
  },
  lift: 'Let them write again',
  panic: 'Panic',
  panicHint: 'Closes the chat to all but those who keep order, at once. Undo brings everything back as it was.',
  panicOn: 'The chat is closed to everyone but those who keep order.',
  panicGoesOn: 'Picture and sound go on.',
  panicHalt: 'Stop picture and sound too',
  panicHalted: 'Picture and sound are stopped: your audience sees a still.',
  panicUndo: 'Undo',
  panicReason: 'Panic button',
  modes: 'Who can write, and how',
  slowMode: 'Slow mode',
  slowChoices: (every: number) => (every === 0 ? 'Off' : every < 60 ? `${every} s` : `${every / 60} min`),
  membersOnly: 'Members only',
  membersOnlyText: 'Members of the club, you and moderators.',
  emojiOnly: 'Emoji only',
  emojiOnlyText: 'No words, no addresses.',
  paused: 'Pause the chat',
  pausedText: 'Nobody writes but you and moderators.',
  linksAllowed: 'Links can be opened',
  linksAllowedText: 'Otherwise addresses are shown as plain text.',
  poll: 'Ask the room',
  pollQuestion: 'Question',
  pollOption: (number: number) => `Answer ${number}`,
  pollAdd: 'Another answer',
  pollStart: 'Start the poll',
  pollRunning: 'A poll is running.',
  pollClose: 'Close the poll',
  pollLength: 'Closes after',
  pollLengths: (every: number) => (every === 0 ? 'When I close it' : every < 60 ? `${every} s` : `${every / 60} min`),
  pollIncomplete: 'A poll needs a question and two answers.',
  queueEmpty: 'Nothing waits.',
  queueEmptyText: 'Messages that your word list, a flood or your site’s filter holds back appear here.',
  allow: 'Let through',
  refuse: 'Refuse',
  decided: 'Somebody else has decided already.',
  holdReasons: {
    words: 'Word list',
    wave: 'Same message many times',
    hook: 'Filter of the site',
    hook_failed: 'Filter of the site did not answer',
  },
  wordsTitle: 'Words and phrases',
  wordsText:
    'They hold in all rooms of the creator. Look-alike letters, accents, spaces in between and repeated letters are seen through. A * stands for any letters.',
  wordsPattern: 'Word or phrase',
  wordsAction: 'What happens',
  wordsActions: { hold: 'Hold for review', refuse: 'Refuse', replace: 'Replace by ***' },
  wordsAdd: 'Add',
  wordsSave: 'Save the list',
  wordsSaved: 'The list is saved and holds from now on.',
  wordsRemove: (pattern: string) => `Take “${pattern}” off the list`,
  wordsEmpty: 'No word is on the list.',
  wordsUnsaved: 'Not saved yet',
  reportsEmpty: 'Nobody has reported anything.',
  wordsCreator: 'Only the creator changes the list.',
  auditEmpty: 'Nothing was done yet.',
  auditMore: 'Earlier',
  acts: {
    remove: 'removed a message of',
    restore: 'restored a message of',
    remove_author: 'removed everything by',
    timeout: 'timed out',
    ban: 'banned',
    lift: 'lifted the restriction of',
    mode: 'changed the modes',
    panic: 'pressed the panic button',
    pin: 'pinned or unpinned a message',
    poll_started: 'started a poll',
    poll_closed: 'closed a poll',
    words: 'changed the word list',
    review: 'reviewed a message of',
    hook: 'changed the filter of the site',
    erasure: 'erased the messages of',
  },
  roles: { creator: 'creator', moderator: 'moderator', fan: 'fan', server: 'site', house: 'house' },
  contextTitle: (name: string) => `About ${name}`,
  since: (date: string) => `Writes here since ${date}`,
  sinceNever: 'Has not written here before',
  facts: (messages: number, removed: number) =>
    `${messages} ${messages === 1 ? 'message' : 'messages'}, ${removed} removed`,
  factsTips: (count: number, amount: string) =>
    count === 0 ? 'No tip so far' : `${count} ${count === 1 ? 'tip' : 'tips'}, ${amount}`,
  record: 'On record',
  recordNone: 'Nothing on record.',
  restrictedNow: 'Cannot write at the moment',
  until: (date: string) => `until ${date}`,
  shortcuts: 'On a message: R reply, Delete remove, T no writing for 10 min, C context',
};
