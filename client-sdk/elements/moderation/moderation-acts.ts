/** The template of one act of the audit log: time, actor, act, target and reason. */
import { html, nothing, type TemplateResult } from 'lit';
import type { ChatAct } from '../../../server/protocol/chat/chat-moderation.ts';
import type { ElementTexts } from '../texts/element-texts.ts';
import { formatDateTime } from '../texts/format.ts';
import type { Language } from '../texts/language.ts';

export function actLine(act: ChatAct, { moderation, chat }: ElementTexts, language: Language): TemplateResult {
  return html`<time class="muted" datetime=${act.at}>${formatDateTime(act.at, language)}</time>
    <span><b><bdi>${act.actor.identity}</bdi></b> <span class="muted">(${moderation.roles[act.actor.role]})</span>
    ${moderation.acts[act.kind]} ${act.target ? html`<b><bdi>${act.target}</bdi></b>` : nothing}</span>
    ${act.reason ? html`<span class="muted reason">${chat.because(act.reason)}</span>` : nothing}`;
}
