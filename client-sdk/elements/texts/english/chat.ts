/** English texts of the chat. */
import type { ChatNotice } from '../../../../server/protocol/chat/chat.ts';

const seconds = (count: number) => (count === 1 ? '1 second' : `${count} seconds`);

export const chat = {
  label: 'Chat',
  listLabel: 'Messages',
  listHint: 'Arrow up to read back, Enter for what you can do with a message.',
  placeholder: 'Say something…',
  placeholderOffline: 'Reconnecting. Your message will be sent.',
  placeholderEmoji: 'Emoji only',
  send: 'Send',
  empty: 'It’s quiet in here.',
  emptyText: 'The first word is yours.',
  closed: 'The chat of this room is closed.',
  removed: 'Message removed',
  erased: 'Message deleted',
  sending: 'sending',
  newest: 'Newest messages',
  unread: (count: number) => (count === 1 ? '1 new message' : `${count} new messages`),
  tipped: 'tipped',
  tipRefunded: 'refunded',
  anonymous: 'anonymously',
  creator: 'creator',
  moderator: 'moderator',
  member: (months: number) =>
    months === 0 ? 'New member' : months === 1 ? 'Member for 1 month' : `Member for ${months} months`,
  you: 'you',
  left: (count: number) => (count === 1 ? '1 character left' : `${count} characters left`),
  announceTip: (name: string, amount: string, words: string) => `${name} tipped ${amount}${words ? `: ${words}` : ''}`,
  announceTipRefund: (name: string, amount: string) => `${name}’s tip of ${amount} was refunded`,
  announceMention: (name: string, text: string) => `${name} to you: ${text}`,
  tools: (name: string) => `Message from ${name}`,
  reply: 'Reply',
  replyTo: (name: string) => `Reply to ${name}`,
  repliesTo: (name: string) => `replies to ${name}`,
  replyGone: 'a message that was removed',
  cancelReply: 'Cancel reply',
  mentionPeople: 'People to mention',
  emoji: 'Reactions and emoji',
  react: 'React: watch it float up over the room',
  insert: 'Add to message',
  failed: 'Not sent.',
  retry: 'Send again',
  discard: 'Discard',
  heldTitle: 'Waiting for a moderator',
  held: 'A moderator is checking your message before it appears. You’ll see the outcome here.',
  refused: 'Your message didn’t make it through.',
  refusedBecause: (reason: string) => `Your message didn’t make it through: ${reason}`,
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
  sampled: (shown: string, total: string) => `Busy room: showing ${shown} of ${total} messages a second.`,
  slowMode: (count: number) => `Slow mode: one message every ${seconds(count)}`,
  slowWait: (count: number) => `Slow mode: ${count} s to go`,
  membersOnly: 'Members of the club only, for now.',
  emojiOnly: 'Emoji only, for now.',
  paused: 'The chat is paused for a moment.',
  panic: 'The chat is closed for a moment. You can keep watching.',
  timedOut: (time: string) => `You can’t write for another ${time}.`,
  banned: 'You can no longer write here.',
  bannedCreator: 'You can no longer write in this creator’s rooms.',
  bannedUntil: (date: string) => `You can’t write here until ${date}.`,
  because: (reason: string) => `Reason: ${reason}`,
  restrictedBy: {
    creator: 'by the creator',
    moderator: 'by a moderator',
    fan: '',
    server: 'by the house',
    house: 'by the house',
  },
  people: 'Who’s here',
  peopleCount: (count: string) => `${count} here`,
  peopleSearch: 'Find someone',
  peopleLarge: (count: string) =>
    `${count} people are here. In a large room, only the creator and moderators are listed.`,
  peopleNobody: 'Nobody by that name.',
  raiseHand: 'Raise your hand',
  lowerHand: 'Lower your hand',
  handsUp: (count: number) => (count === 1 ? '1 hand up' : `${count} hands up`),
  hands: 'Raised hands',
  report: 'Report',
  reportTitle: 'What are you reporting?',
  mute: (name: string) => `Hide messages of ${name} for me`,
  muted: 'Hidden for you',
  mutedText: 'You don’t see what they write, in any room. They aren’t told.',
  unmute: (name: string) => `Show messages of ${name} again`,
  reportMessage: 'This message',
  reportPerson: (name: string) => `This person: ${name}`,
  reportLive: 'This live',
  reportReason: 'Why?',
  reportText: 'The house reviews it and keeps the evidence. Nobody in the room sees who sent it.',
  reportNote: 'Anything we should know? (optional)',
  reportSend: 'Send report',
  reported: (number: number) => `Thank you. Your report is number ${number}.`,
  categories: {
    harassment: 'Harassment',
    hate: 'Hate',
    sexual: 'Unwanted sexual content',
    minors: 'Endangers minors',
    violence: 'Violence or threats',
    self_harm: 'Self-harm',
    privacy: 'Private information',
    fraud: 'Fraud',
    spam: 'Spam',
    consent: 'Shows someone without their consent',
    illegal: 'Something else that’s illegal',
    other: 'Something else',
  },
  close: 'Close',
  notice: (notice: NoticeDetails) => englishNotice(notice),
};

export type NoticeDetails = Pick<ChatNotice, 'notice' | 'on' | 'seconds' | 'subject' | 'won'>;

function englishNotice({ notice, on, seconds: every = 0, subject = '', won = [] }: NoticeDetails): string {
  switch (notice) {
    case 'slow_mode':
      return on ? `Slow mode is on: one message every ${seconds(every)}.` : 'Slow mode is off.';
    case 'members_only':
      return on ? 'Only members of the club can write now.' : 'Everyone can write again.';
    case 'emoji_only':
      return on ? 'Emoji only now.' : 'Words are welcome again.';
    case 'paused':
      return on ? 'The chat is paused.' : 'The chat is back.';
    case 'links':
      return on ? 'Links are allowed.' : 'Links now show as plain text.';
    case 'panic':
      return on ? 'The chat was closed for a moment.' : 'The chat is open again.';
    case 'pinned':
      return on ? 'A message was pinned.' : 'The message was unpinned.';
    case 'poll_started':
      return `New poll: ${subject}`;
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
export const moderation = {
  title: 'Moderation',
  open: 'Moderation',
  waiting: (count: number) => (count === 1 ? '1 message to review' : `${count} messages to review`),
  tabs: { queue: 'Review', modes: 'Modes', words: 'Words', reports: 'Reports', audit: 'Log' },
  remove: 'Remove message',
  timeoutFor: 'Time out for',
  timeout: (time: string) => `Time out for ${time}`,
  times: { 60: '1 min', 600: '10 min', 3600: '1 h' } as Record<number, string>,
  more: 'More',
  removeAll: (name: string) => `Remove everything by ${name}`,
  banRoom: 'Ban from this room’s chat',
  banCreator: 'Ban from all the creator’s chats',
  putOut: 'Remove from the room',
  cancel: 'Cancel',
  putOutTitle: (name: string) => `Remove ${name} from this room?`,
  putOutQuestion: (reason: string) =>
    `They lose video and chat at once, can’t come back to this room, and are told the reason: “${reason}”. Their ticket isn’t refunded automatically. They’re told how to contest this. It can’t be undone here.`,
  block: 'Block from all your rooms',
  blockTitle: (name: string) => `Block ${name} from all your rooms?`,
  blockQuestion: (reason: string) =>
    `They lose video and chat at once, and can’t enter, follow, tip or buy in any of your rooms until you unblock them in your account. Tickets for upcoming lives are refunded. They’re told the reason: “${reason}”.`,
  context: 'Context and record',
  pin: 'Pin',
  reason: 'Reason (they’ll see it)',
  reasons: ['Breaks the house rules', 'Insults', 'Harassment', 'Spam', 'Private information'],
  done: {
    removed: 'The message was removed.',
    removedAll: (name: string) => `Everything by ${name} was removed.`,
    timedOut: (name: string, time: string) => `${name} can’t write for ${time}.`,
    banned: (name: string) => `${name} can no longer write here.`,
    bannedCreator: (name: string) => `${name} can no longer write in any of these rooms.`,
    putOut: (name: string) => `${name} was removed from the room.`,
    blocked: (name: string) => `${name} is blocked from all your rooms.`,
    lifted: (name: string) => `${name} can write again.`,
    pinned: 'The message is pinned.',
  },
  lift: 'Let them write again',
  panic: 'Panic',
  panicHint: 'Closes the chat at once to everyone but moderators. Undo puts everything back as it was.',
  panicOn: 'The chat is closed to everyone but moderators.',
  panicGoesOn: 'Picture and sound are still on.',
  panicHalt: 'Stop picture and sound too',
  panicHalted: 'Picture and sound are stopped: your audience sees a still image.',
  panicUndo: 'Undo',
  panicReason: 'Panic button',
  modes: 'Who can write, and how',
  slowMode: 'Slow mode',
  slowChoices: (every: number) => (every === 0 ? 'Off' : every < 60 ? `${every} s` : `${every / 60} min`),
  membersOnly: 'Members only',
  membersOnlyText: 'Members of the club, you and moderators.',
  emojiOnly: 'Emoji only',
  emojiOnlyText: 'No words, no links.',
  paused: 'Pause the chat',
  pausedText: 'Only you and moderators can write.',
  linksAllowed: 'Links can be opened',
  linksAllowedText: 'Otherwise links show as plain text.',
  poll: 'Ask the room',
  pollQuestion: 'Question',
  pollOption: (number: number) => `Answer ${number}`,
  pollAdd: 'Add an answer',
  pollStart: 'Start the poll',
  pollRunning: 'A poll is running.',
  pollClose: 'Close the poll',
  pollLength: 'Closes after',
  pollLengths: (every: number) => (every === 0 ? 'When I close it' : every < 60 ? `${every} s` : `${every / 60} min`),
  pollIncomplete: 'Give the poll a question and at least two answers.',
  queueEmpty: 'Nothing to review.',
  queueEmptyText: 'Messages held back by your word list, a flood or your site’s filter appear here.',
  allow: 'Approve',
  refuse: 'Refuse',
  decided: 'Someone else has already decided.',
  holdReasons: {
    words: 'Word list',
    wave: 'Same message again and again',
    hook: 'Site filter',
    hook_failed: 'Site filter didn’t answer',
  },
  wordsTitle: 'Words and phrases',
  wordsText:
    'They apply in all the creator’s rooms. Look-alike letters, accents, spaces and repeated letters don’t get around them. A * stands for any letters.',
  wordsPattern: 'Word or phrase',
  wordsAction: 'What happens',
  wordsActions: { hold: 'Hold for review', refuse: 'Refuse', replace: 'Replace with ***' },
  wordsAdd: 'Add',
  wordsSave: 'Save the list',
  wordsSaved: 'List saved. It applies from now on.',
  wordsRemove: (pattern: string) => `Take “${pattern}” off the list`,
  wordsEmpty: 'No words on the list.',
  wordsUnsaved: 'Not saved yet',
  reportsEmpty: 'Nobody has reported anything.',
  wordsCreator: 'Only the creator can change the list.',
  auditEmpty: 'Nothing so far.',
  auditMore: 'Show earlier',
  acts: {
    remove: 'removed a message from',
    restore: 'restored a message from',
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
    review: 'reviewed a message from',
    hook: 'changed the site filter',
    erasure: 'deleted the messages of',
  },
  roles: { creator: 'creator', moderator: 'moderator', fan: 'fan', server: 'site', house: 'house' },
  contextTitle: (name: string) => `About ${name}`,
  since: (date: string) => `Has been writing here since ${date}`,
  sinceNever: 'First time writing here',
  facts: (messages: number, removed: number) =>
    `${messages} ${messages === 1 ? 'message' : 'messages'}, ${removed} removed`,
  factsTips: (count: number, amount: string) =>
    count === 0 ? 'No tips so far' : `${count} ${count === 1 ? 'tip' : 'tips'}, ${amount}`,
  record: 'On record',
  recordNone: 'Nothing on record.',
  restrictedNow: 'Can’t write right now',
  until: (date: string) => `until ${date}`,
  shortcuts: 'On a message: R reply, Delete remove, T time out for 10 min, C context',
};
