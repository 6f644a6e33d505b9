/** Limits of accounts that only their own pages need: apart from those that every room loads. */
export const ACCOUNT_LIMITS = {
  /** How long a passkey's challenge is valid. */
  passkeyMinutes: 5,
  /** Passkeys of one person. */
  passkeys: 20,
  passkeyNameChars: 40,
  /** How long a confirmation with a passkey holds for dangerous acts. */
  confirmedMinutes: 10,
  /** Largest refund that an operator orders without such a confirmation. */
  unconfirmedRefundMinor: 10_000,
  /** How long a passkey opens the desk. */
  operatorHours: 8,
  operatorInvitationHours: 24,
  /** How long the old mailbox can undo a change of address. */
  objectionDays: 7,
  /** How long a recovery that an operator begins waits, so that the old mailbox can stop it. */
  recoveryDays: 5,
  addressChangesPerDay: 5,
} as const;
