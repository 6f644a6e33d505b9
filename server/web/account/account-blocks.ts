/** `<account-blocks>`: whom a creator has blocked from all of their rooms. */

import type { TemplateResult } from 'lit';
import { html, nothing } from 'lit';
import { button } from '../../../client-sdk/elements/controls/plain-controls.ts';
import { defineElement } from '../../../client-sdk/elements/room/room-part.ts';
import type { ListedBlock } from '../../protocol/rooms.ts';
import { formatMoment } from '../site/dates.ts';
import { call } from '../site/site-call.ts';
import { AccountPart } from './account-part.ts';

const PAGE_ITEMS = 100;

export class AccountBlocks extends AccountPart {
  static override properties = { ...AccountPart.properties, blocks: { state: true }, isMore: { state: true } };
  declare blocks: ListedBlock[];
  declare isMore: boolean;

  constructor() {
    super();
    this.blocks = [];
    this.isMore = false;
  }

  protected override async load(): Promise<void> {
    this.blocks = [];
    await this.#loadMore();
  }

  override render(): TemplateResult | typeof nothing {
    const { accountTexts: texts, blocks } = this;
    if (blocks.length === 0 && !this.hasMessages) return nothing;
    return html`<section aria-labelledby="blocks">
      <h2 id="blocks" class="display">${texts.blocks}</h2>
      <p class="muted">${texts.blocksText}</p>
      <ul class="rows" data-testid="blocks">
        ${blocks.map((block) => this.#row(block))}
      </ul>
      ${
        this.isMore
          ? html`<p class="buttons">${button({ label: texts.more, testId: 'more-blocks', isOutlined: true, onClick: () => this.act('more', () => this.#loadMore()) })}</p>`
          : nothing
      }
      ${this.messages()}
    </section>`;
  }

  #row({ identity, name, reason, removedAt }: ListedBlock): TemplateResult {
    const { accountTexts: texts, language } = this;
    const shown = name ?? identity;
    return html`<li>
      <span class="what">
        <strong><bdi>${shown}</bdi></strong>
        <span class="muted small"> · ${formatMoment(removedAt, language)} · <bdi>${reason}</bdi></span>
      </span>
      <button
        class="link"
        type="button"
        aria-label=${texts.unblockName(shown)}
        ?disabled=${this.busy !== ''}
        @click=${() => this.#unblock(identity, shown)}
      >
        ${texts.unblock}
      </button>
    </li>`;
  }

  async #loadMore(): Promise<void> {
    const page = (await call('GET /v1/me/blocks', { after: this.blocks.at(-1)?.id })).blocks;
    this.blocks = [...this.blocks, ...page];
    this.isMore = page.length === PAGE_ITEMS;
  }

  async #unblock(identity: string, name: string): Promise<void> {
    const isDone = await this.act(identity, async () => {
      await call('DELETE /v1/me/blocks/:identity', { identity });
      this.blocks = this.blocks.filter((block) => block.identity !== identity);
    });
    if (isDone) this.note = this.accountTexts.unblocked(name);
  }
}

defineElement('account-blocks', AccountBlocks);
