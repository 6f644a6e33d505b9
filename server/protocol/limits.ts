/**
 * Every named limit of the wire, in one place, so that the page that explains them and the code that holds them cannot differ.
 */
export const LIMITS = {
  identityChars: 64,
  nameChars: 64,
  titleChars: 120,
  messageChars: 500,
  tipMessageChars: 200,
  reasonChars: 500,
  idempotencyKeyChars: 64,
  /** Largest Socket.IO packet that a client may send; RTP capabilities of a browser are about 12 KB. */
  socketPacketBytes: 64 * 1024,
  /** Largest HTTP body. */
  httpBodyBytes: 64 * 1024,
  /** Entries of the chat log in one answer. */
  chatPageEntries: 200,
  /** Entries of the chat log that a newcomer is given. */
  chatWelcomeEntries: 50,
  /** Open sockets of one identity in one room. */
  socketsPerIdentity: 8,
  /** Open sockets from one address. */
  socketsPerAddress: 400,
  tokenTtlSeconds: 600,
  tokenTtlMaxSeconds: 24 * 3600,
  /** Clock difference tolerated between an embedder's server and this one. */
  tokenClockSkewSeconds: 30,
  tipMinMinor: 100,
  tipMaxMinor: 50_000,
  topupMinMinor: 500,
  topupMaxMinor: 50_000,
  /** Largest credit that a wallet may hold. */
  walletMaxMinor: 100_000,
  ticketMinMinor: 100,
  ticketMaxMinor: 50_000,
  tracksPerStage: 4,
  listPageItems: 100,
} as const;
