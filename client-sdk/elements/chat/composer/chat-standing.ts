/** Templates for the composer: the active chat mode, and a restriction with its reason and end. */
import { html, nothing, type TemplateResult } from 'lit';
import type { ChatRestriction } from '../../../../server/protocol/chat/chat-moderation.ts';
import type { Chat } from '../../../client/chat/chat.ts';
import { icon } from '../../controls/more-icons.ts';
import type { ElementTexts } from '../../texts/element-texts.ts';
import { formatDateTime, formatDuration } from '../../texts/format.ts';
import type { Language } from '../../texts/language.ts';
import type { ChatClock } from '../chat-clock.ts';

/** Longer restrictions are shown with their date, shorter ones with a countdown. */
const DATED_FROM_MS = 24 * 3_600_000;

/** The strictest active mode. */
export function modeNote(
  { mode, state }: Pick<Chat, 'mode' | 'state'>,
  { texts, waitMs }: { texts: ElementTexts; waitMs: number },
): TemplateResult | typeof nothing {
  const { chat } = texts;
  if (!mode) return nothing;
  const isSlow = waitMs > 0 || mode.slowModeSeconds > 0;
  let words = isSlow ? chat.slowMode(mode.slowModeSeconds) : '';
  if (mode.emojiOnly) words = chat.emojiOnly;
  if (mode.membersOnly) words = chat.membersOnly;
  if (waitMs > 0) words = chat.slowWait(Math.ceil(waitMs / 1_000));
  if (mode.paused) words = chat.paused;
  if (state?.panic) words = chat.panic;
  if (!words) return nothing;
  return html`<p class="note" data-testid="chat-note">${icon(isSlow && !state?.panic ? 'clock' : 'lock', 16)}${words}</p>`;
}

interface BannerContext {
  texts: ElementTexts;
  language: Language;
  clock: ChatClock;
}

/** The restriction with its author, reason and end; undefined without an active one. */
export function restrictionBanner(
  restriction: ChatRestriction | null,
  { texts, language, clock }: BannerContext,
): TemplateResult | undefined {
  if (!restriction?.kind) return undefined;
  const { chat } = texts;
  const { until, scope, reason, byRole } = restriction;
  const remainingMs = clock.remainingMs(until);
  if (until !== null && remainingMs === 0) return undefined;
  const by = byRole ? chat.restrictedBy[byRole] : '';
  return html`<div class="restriction" role="status" data-testid="chat-restriction">
    ${icon('lock', 20)}
    <b>${restrictionText({ until, scope, remainingMs }, texts, language)}</b>
    <span>${reason ? chat.because(reason) : ''}${by ? html` <span class="muted">(${by})</span>` : nothing}</span>
  </div>`;
}

function restrictionText(
  { until, scope, remainingMs }: Pick<ChatRestriction, 'until' | 'scope'> & { remainingMs: number },
  { chat }: ElementTexts,
  language: Language,
): string {
  if (until === null) return scope === 'creator' ? chat.bannedCreator : chat.banned;
  if (remainingMs > DATED_FROM_MS) return chat.bannedUntil(formatDateTime(until, language));
  // Rounded: a little less remains, because the server's clock is known from a message that took time to arrive.
  return chat.timedOut(formatDuration(remainingMs + 500));
}
