/** `<account-mutes>`: the people whose messages one does not want to read. */
import { html } from 'lit';
import { defineElement } from '../../../client-sdk/elements/room/room-part.ts';
import { shownName } from '../../../client-sdk/elements/texts/shown-name.ts';
import type { MutedPerson } from '../../protocol/chat/chat-room.ts';
import { call } from '../site/site-call.ts';
import { AccountPart } from './account-part.ts';

export class AccountMutes extends AccountPart<MutedPerson[]> {
  protected override read = async () => (await call('GET /v1/me/mutes')).muted;

  protected override isHidden = (people: MutedPerson[]) => people.length === 0;

  protected override show(people: MutedPerson[]): unknown {
    const texts = this.accountTexts;
    const nameOf = (person: MutedPerson) => shownName(person, this.texts);
    const list = this.list({
      items: people,
      testId: 'mutes',
      row: (person) => ({ title: html`<bdi>${nameOf(person)}</bdi>` }),
      acts: [
        {
          label: texts.unmute,
          name: (person) => texts.unmuteName(nameOf(person)),
          run: ({ identity }) => call('DELETE /v1/me/mutes/:identity', { identity }),
          done: (person) => texts.unmuted(nameOf(person)),
        },
      ],
    });
    return this.section('mutes', { title: texts.mutes, text: texts.mutesText }, list);
  }
}

defineElement('account-mutes', AccountMutes);
