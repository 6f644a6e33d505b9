/** All named limits of the wire, for `import * as LIMITS`: of exports of their own, a page loads those that it uses. */

/** How long a live waits for its publisher to open another media session (R15). */
export const reconnectGraceMs = 20_000;
/**
 * How long a media session waits for a participant whose connection is lost (R14). Its media comes back with the
 * first ICE check over a line that is back, which a new session would delay until the socket is back.
 */
export const sessionGraceMs = 60_000;
/** How long a media session that was opened over HTTP waits for the participant's socket (R14c). */
export const watchAheadMs = 10_000;
/** How long a prepared session waits for access (R12c). */
export const preparedMs = 15_000;
export const identityChars = 64;
export const nameChars = 64;
export const titleChars = 120;
/** What a creator writes about a room. */
export const roomTextChars = 1_000;
export const messageChars = 500;
export const tipMessageChars = 200;
export const reasonChars = 500;
/** Of a creator's tax details. */
export const taxNumberChars = 40;
export const addressChars = 200;
export const postalCodeChars = 16;
export const idempotencyKeyChars = 64;
/** Largest Socket.IO packet that a client may send; RTP capabilities of a browser are about 12 KB. */
export const socketPacketBytes = 64 * 1024;
/** Packets of one connection per second, WebSocket pings and pongs included; past it the connection is closed. */
export const socketPacketsPerSecond = 500;
/** Unanswered requests of one HTTP connection; past it the connection is closed. */
export const httpRequestsPipelined = 10;
/** Largest HTTP body. */
export const httpBodyBytes = 64 * 1024;
/** Largest body of a request to watch ahead of the socket: it fits into the first flight of a TCP connection. */
export const watchBodyBytes = 10 * 1024;
/** Entries of the chat log in one answer. */
export const chatPageEntries = 200;
/** Entries of the chat log that a newcomer gets. */
export const chatWelcomeEntries = 50;
/** People that one message can name. */
export const chatMentions = 5;
/** Of one person, in all rooms. */
export const mutedPeople = 200;
/** Characters of the answered message that a reply shows. */
export const chatExcerptChars = 100;
export const slowModeMaxSeconds = 3_600;
/** Longest time-out, and longest ban with an end. */
export const restrictionMaxSeconds = 366 * 86_400;
/** Messages per room that are held for review. */
export const chatQueueMessages = 500;
/**
 * Messages of one author per room that wait for review, and one's own held or refused ones that the welcome contains,
 * newest first.
 */
export const chatOwnHeld = 20;
export const pollQuestionChars = 140;
export const pollOptionChars = 60;
export const pollOptions = 6;
export const pollMinSeconds = 10;
export const pollMaxSeconds = 24 * 3600;
/** In rooms up to this size everyone is listed. */
export const peopleExact = 200;
/** People per answer. */
export const peopleShown = 100;
/** Words and phrases in a creator's list. */
export const wordRules = 500;
export const wordPatternChars = 60;
/** Words of one phrase in that list. */
export const wordPatternWords = 8;
/** Entries before and after a message in its context. */
export const chatContextEntries = 10;
export const chatExportMessages = 1_000;
export const hookTimeoutMinMs = 100;
export const hookTimeoutMaxMs = 2_000;
/** Open sockets over all gateways: of one identity in one room, and in all rooms. */
export const socketsPerIdentity = 8;
export const socketsPerIdentityOverall = 64;
/** Of one room. */
export const socketsPerRoom = 100_000;
/** Of one address, which a company or a mobile operator's customers may share. Loopback is not limited. */
export const socketsPerAddress = 400;
/** Open payment pages and card payments per identity. */
export const openCheckouts = 20;
/** How long a mail's sign-in link and code are valid. */
export const signInMinutes = 10;
/** So many that guesses at the codes of many people, a few each, find none. */
export const signInCodeDigits = 8;
/** Wrong codes of one sign-in request. */
export const signInTries = 5;
export const handleMinChars = 3;
export const handleMaxChars = 30;
/** Uploaded picture: bytes, and pixels once decoded. */
export const pictureBytes = 12 * 1024 * 1024;
export const picturePixels = 50_000_000;
/** Media types of pictures that one may upload. */
export const pictureTypes: readonly string[] = ['image/jpeg', 'image/png', 'image/webp'];
/** Pictures of one person: their portrait, and posters of their rooms. */
export const picturesPerOwner = 500;
export const aboutChars = 600;
/** Creators in a list of those whom a person follows. */
export const followsListed = 500;
/** Handles that one person keeps from others: the current one, and those that rest. */
export const handlesKept = 5;
/** Browsers of one person that get messages. */
export const pushDevices = 10;
/** How long an invitation to moderate is valid, and how many a creator makes in 24 hours. */
export const moderatorInvitationDays = 7;
export const moderatorInvitationsPerDay = 20;
export const tokenTtlSeconds = 600;
export const tokenTtlMaxSeconds = 24 * 3600;
/** Tolerated clock difference between an embedder's server and this one. */
export const tokenClockSkewSeconds = 30;
export const tipMinMinor = 100;
export const tipMaxMinor = 50_000;
export const menuItems = 20;
export const menuLabelChars = 60;
/** How long after the tip its creator can pay a request back. */
export const requestUndoDays = 30;
/** After so many top-ups given back within a day, an operator decides whether their payer pays by card again. */
export const withdrawnTopupsADay = 3;
/** Open requests of tips that are listed. */
export const tipRequests = 200;
export const leaderboardEntries = 50;
export const topupMinMinor = 500;
export const topupMaxMinor = 50_000;
/** Largest credit that a wallet may hold. */
export const walletMaxMinor = 100_000;
export const ticketMinMinor = 100;
export const ticketMaxMinor = 50_000;
/** Smallest tip that is paid by card in a house without wallets; the provider's fee would consume a smaller one. */
export const directTipMinMinor = 500;
/** Maximum promotional credit per grant. */
export const promotionMaxMinor = 50_000;
/** Maximum ticket limit of a room. */
export const capacityMax = 1_000_000;
/**
 * After a first date was given to a room without one, its tickets can be returned for at least this long, whatever
 * the date is.
 */
export const firstDateReturnMs = 24 * 3_600_000;
/** A scheduled room that was not live this long after its start counts as not held. */
export const notHeldAfterMs = 6 * 3_600_000;
/** Without a date this long after its first ticket, a room ends, and its tickets go back. */
export const dateDueAfterMs = 30 * 24 * 3_600_000;
/** A room with tickets whose live ended without a word of its creator ends by itself this long after. */
export const pauseDefaultMs = 6 * 3_600_000;
/** After the live ended, however often the creator asks for more. */
export const pauseMaxMinutes = 24 * 60;
/** Open rooms of a person of the house. */
export const openRoomsPerPerson = 1_000;
/** Rooms of one creator on the public list; the creator's page shows all. */
export const publicRoomsPerCreator = 5;
export const listPageItems = 100;
/** Price of a minute of a private session. */
export const privateRateMinMinor = 50;
export const privateRateMaxMinor = 10_000;
/** Open requests for a private session per room. */
export const privateQueueRequests = 10;
/** Maximum minutes of a private session that are held in advance. */
export const privateHoldMinutesMax = 3;
/** Maximum minutes of a quote for a private session. */
export const quoteMinutesMax = 600;
export const tierMinMinor = 100;
export const tierMaxMinor = 100_000;
export const tiersPerCreator = 10;
export const tierPerks = 12;
/** Webhook endpoints per house. */
export const webhookEndpoints = 20;
/** Live API keys per house. */
export const apiKeys = 100;
/** Web origins per API key. */
export const keyOrigins = 20;
/** Of a report. */
export const reportNoteChars = 4_000;
/**
 * Reports of one person that were found to be manifestly unfounded, within so many days, after which that person may
 * file `limitedReportsPerDay` for `limitedReportDays` (R71g).
 */
export const unfoundedReports = 3;
export const unfoundedReportDays = 90;
export const limitedReportDays = 30;
export const limitedReportsPerDay = 1;
/** How long somebody must have been inside a live, so that their claim of consent acts by itself (R72c). */
export const claimMinutes = 3;
/** What claims take down by themselves within a day in one room, and of one person. */
export const takeDownsPerDay = 3;
/** Claims that may act by themselves within a day from one address. */
export const claimsPerAddressPerDay = 3;
export const charterArticles = 40;
/** Characters of an article in one language. */
export const charterTextChars = 8_000;
/** How long a live that was on when a version of the charter came into force may go on without acceptance (R70d). */
export const charterGraceMs = 24 * 3_600_000;

// Accounts

/** How long a passkey's challenge is valid. */
export const passkeyMinutes = 5;
/** Passkeys of one person. */
export const passkeys = 20;
export const passkeyNameChars = 40;
/** How long a person may take at the house's OpenID provider. */
export const oidcMinutes = 10;
/** How long a confirmation with a passkey or at the OpenID provider holds for dangerous acts. */
export const confirmedMinutes = 10;
/** How long a passkey or a sign-in at the OpenID provider opens the desk and the review. */
export const strongHours = 8;
export const operatorInvitationHours = 24;
/** How long the invitation of a future member of the committee can be used. */
export const seatInvitationHours = 7 * 24;
/** Seats of the committee that exist at once. */
export const committeeSeats = 25;
/** Of a biography, a declaration of interests, or the reason why a member resigned or was removed. */
export const committeeTextChars = 4_000;
/** The longest term of a member. */
export const committeeTermYears = 10;
/** Characters of an opinion. */
export const opinionChars = 20_000;
/** Decisions of the house in one case of the committee. */
export const committeeCaseFiles = 20;
/** What the management promises in one answer. */
export const opinionSteps = 20;
/** A vote of the committee ends once everybody has voted, at the latest after this time. */
export const opinionVoteDays = 7;
/** For how long everybody can comment on a proposal to the charter before the committee votes. */
export const proposalCommentDays = 14;
/** Comments on one proposal that are shown. */
export const proposalComments = 500;
/** When the management has to have answered an opinion on a case, and one on the rules of the house. */
export const opinionAnswerDays = { case: 30, rules: 60 };
/** How long the old mailbox can undo a change of address. */
export const objectionDays = 7;
/** How long a recovery that an operator begins waits, so that the old mailbox can stop it. */
export const recoveryDays = 5;
export const addressChangesPerDay = 5;
