/** `<account-blocks>`: whom a creator has blocked from all of their rooms. */
import { html } from 'lit';
import { defineElement } from '../../../client-sdk/elements/room/room-part.ts';
import type { ListedBlock } from '../../protocol/rooms.ts';
import { call } from '../site/site-call.ts';
import { AccountPart } from './account-part.ts';

const PAGE_ITEMS = 100;

export class AccountBlocks extends AccountPart<ListedBlock[]> {
  protected override read = () => this.#readPage();

  protected override isHidden = (blocks: ListedBlock[]) => blocks.length === 0;

  protected override show(blocks: ListedBlock[]): unknown {
    const texts = this.accountTexts;
    const nameOf = ({ name, identity }: ListedBlock) => name ?? identity;
    const loadMore = async () => {
      this.data = [...blocks, ...(await this.#readPage(blocks.at(-1)?.id))];
    };
    const list = this.list({
      items: blocks,
      testId: 'blocks',
      row: (block) => ({
        title: html`<bdi>${nameOf(block)}</bdi>`,
        lines: [html`${this.moment(block.removedAt)} · <bdi>${block.reason}</bdi>`],
      }),
      acts: [
        {
          label: texts.unblock,
          name: (block) => texts.unblockName(nameOf(block)),
          run: ({ identity }) => call('DELETE /v1/me/blocks/:identity', { identity }),
          done: (block) => texts.unblocked(nameOf(block)),
        },
      ],
      more: blocks.length % PAGE_ITEMS === 0 ? { label: texts.more, testId: 'more-blocks', load: loadMore } : undefined,
    });
    return this.section('blocks', { title: texts.blocks, text: texts.blocksText }, list);
  }

  async #readPage(after?: string): Promise<ListedBlock[]> {
    return (await call('GET /v1/me/blocks', { after })).blocks;
  }
}

defineElement('account-blocks', AccountBlocks);
