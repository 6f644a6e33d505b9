/** `<site-lobby>`: a room before its visitor has a token. Its child stands below the offer. */

import type { TemplateResult } from 'lit';
import { html, nothing } from 'lit';
import { defineElement, LogeElement } from '../../../client-sdk/elements/room/room-part.ts';
import type { PublicRoomView } from '../../protocol/rooms.ts';

import { siteTexts } from '../texts/site-texts.ts';
import { lobbyContent, lobbyContentStyles } from './lobby-content.ts';

export class SiteLobby extends LogeElement {
  static override properties = { info: { attribute: false } };
  declare info: PublicRoomView | undefined;

  static override styles = lobbyContentStyles;

  override render(): TemplateResult | typeof nothing {
    const { info, texts, language } = this;
    return info ? lobbyContent(info, { words: siteTexts(language), texts, language }, html`<slot></slot>`) : nothing;
  }
}

defineElement('site-lobby', SiteLobby);
