/** Templates of the chat entries. Texts use Lit's text bindings only, so that markup in them stays text. */

import type { TemplateResult } from 'lit';
import { html, nothing } from 'lit';
import type { ChatMessage, ChatNotice, ChatReply, ChatTip } from '../../../../server/protocol/chat/chat.ts';
import type { ChatItem } from '../../../client/events.ts';
import { icon } from '../../controls/more-icons.ts';
import { tipTier } from '../../money/tip-tier.ts';
import type { ElementTexts } from '../../texts/element-texts.ts';
import { formatMoney, formatTime } from '../../texts/format.ts';
import type { Language } from '../../texts/language.ts';
import { shownName } from '../../texts/shown-name.ts';
import { nameOf } from './chat-name.ts';

export interface EntryContext {
  texts: ElementTexts;
  language: Language;
  /** Identity of the participant of this page. */
  self: string;
}

/** Matches URLs and mentions. */
const MARKED = /(https?:\/\/[^\s<>"']+[^\s<>"'.,;:!?)\]])|(@[\p{L}\p{N}_][\p{L}\p{N}_.-]*)/gu;

/** For how long its author has been a member; its look changes with these months. */
const MEMBER_STEPS = [1, 3, 6, 12, 24] as const;

function memberMark(months: number | undefined, { texts }: EntryContext): TemplateResult | typeof nothing {
  if (months === undefined) return nothing;
  const label = texts.chat.member(months);
  const step = MEMBER_STEPS.filter((least) => months >= least).length;
  return html`<span class="member" data-step=${step} data-testid="member-mark" role="img" aria-label=${label} title=${label}
    >${icon('member', 13)}</span
  >`;
}

/** The text of a message, with links and mentions marked up. */
export function textOf(message: Pick<ChatMessage, 'text' | 'links' | 'mentions'>): unknown {
  const { text, links, mentions } = message;
  if (!links && !mentions?.length) return text;
  const parts: unknown[] = [];
  let end = 0;
  for (const match of text.matchAll(MARKED)) {
    const [found, address, name] = match;
    const isAllowed = (address && links) || (name && mentions?.length);
    if (!isAllowed) continue;
    parts.push(text.slice(end, match.index));
    parts.push(
      address
        ? html`<a href=${address} target="_blank" rel="noopener noreferrer nofollow ugc">${address}</a>`
        : html`<b class="mention">${name}</b>`,
    );
    end = match.index + found.length;
  }
  parts.push(text.slice(end));
  return parts;
}

function replyLine({ id, from, excerpt }: ChatReply, { texts }: EntryContext): TemplateResult {
  return html`<button class="reply" type="button" tabindex="-1" data-reply=${id}>
    ${icon('reply', 13)}<span class="visually-hidden">${texts.labelled(texts.chat.repliesTo(shownName(from, texts)), '')}</span>
    <bdi class="reply-name" aria-hidden="true">${shownName(from, texts)}</bdi>
    <bdi class="reply-text ${excerpt ? '' : 'gone'}">${excerpt || texts.chat.replyGone}</bdi>
  </button>`;
}

function messageEntry(message: ChatMessage, context: EntryContext): TemplateResult {
  const { texts, language, self } = context;
  // Its author has no name any more.
  if (message.erased) return html`<div class="entry removed"><span class="text">${texts.chat.erased}</span></div>`;
  if (message.removed) {
    return html`<div class="entry removed">
      ${nameOf(message.from, texts)}<span class="text">${texts.chat.removed}</span>
    </div>`;
  }
  const isToMe = message.mentions?.includes(self) || message.replyTo?.from.identity === self;
  return html`<div class="entry ${isToMe ? 'to-me' : ''}">
    ${message.replyTo ? replyLine(message.replyTo, context) : nothing}
    ${nameOf(message.from, texts)}${memberMark(message.member, context)}<bdi class="text" dir="auto">${textOf(message)}</bdi
    ><time datetime=${message.sentAt}>${formatTime(message.sentAt, language)}</time>
  </div>`;
}

function tipEntry(tip: ChatTip, context: EntryContext): TemplateResult {
  const amount = formatMoney(tip.amountMinor, tip.currency, context.language);
  return html`<div class="entry tip tier-${tip.refunded ? 0 : tipTier(tip)} ${tip.refunded ? 'refunded' : ''}" data-tip=${tip.id}>
    <span class="amount" aria-hidden="true">${amount}</span>
    <span class="line">${nameOf(tip.from, context.texts)}<span class="muted">${context.texts.chat.tipped}
      <span class="visually-hidden">${amount}</span></span>
      ${tip.anonymous && tip.from ? html`<span class="muted" data-testid="tip-anonymous">· ${context.texts.chat.anonymous}</span>` : nothing}
      ${tip.refunded ? html`<span class="paid-back">· ${context.texts.chat.tipRefunded}</span>` : nothing}</span>
    ${tip.item ? html`<span class="item line">${icon('gift', 14)}<bdi dir="auto">${tip.item}</bdi></span>` : nothing}
    ${tip.message ? html`<bdi class="text line" dir="auto">${tip.message}</bdi>` : nothing}
  </div>`;
}

function noticeEntry(notice: ChatNotice, { texts }: EntryContext): TemplateResult {
  return html`<div class="entry notice ${notice.notice}"><span>${texts.chat.notice(notice)}</span></div>`;
}

export function chatEntry(item: ChatItem, context: EntryContext): TemplateResult {
  switch (item.kind) {
    case 'tip':
      return tipEntry(item, context);
    case 'notice':
      return noticeEntry(item, context);
    default:
      return messageEntry(item, context);
  }
}
