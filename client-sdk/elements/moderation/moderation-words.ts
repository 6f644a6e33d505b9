/** `<loge-moderation-words>`: the creator's word list, with the action for messages that contain a word. */
import '@awesome.me/webawesome/dist/components/input/input.js';
import type { TemplateResult } from 'lit';
import { css, html, nothing } from 'lit';
import { repeat } from 'lit/directives/repeat.js';
import type { WordAction, WordRule } from '../../../server/protocol/chat/chat-moderation.ts';
import * as LIMITS from '../../../server/protocol/limits.ts';
import type { Room } from '../../client/room.ts';
import { icon } from '../controls/more-icons.ts';
import { defineElement, withProperties } from '../room/room-part.ts';
import { ModerationPanel } from './moderation-panel.ts';
import { moderationStyles } from './moderation-styles.ts';

const ACTIONS: readonly WordAction[] = ['hold', 'refuse', 'replace'];

export class LogeModerationWords extends withProperties(ModerationPanel, {
  words: undefined as readonly WordRule[] | undefined,
  pattern: '',
  action: 'hold' as WordAction,
  isChanged: false,
  isSaved: false,
}) {
  static override styles = [
    moderationStyles,
    css`
      form {
        display: grid;
        grid-template-columns: 1fr auto;
        gap: var(--_space-8);
        align-items: end;
        margin: var(--_space-16) 0;
      }

      form wa-input {
        grid-column: 1 / -1;
      }

      .words-list {
        display: grid;
        list-style: none;
      }

      .words-list li {
        display: grid;
        grid-template-columns: minmax(0, 1fr) auto auto;
        gap: var(--_space-8);
        align-items: center;
        min-height: 3rem;
        border-bottom: 1px solid var(--_line);
        overflow-wrap: anywhere;
      }

      .words-list select {
        min-height: max(2.25rem, var(--_finger));
        font: var(--_type-14);
      }

      .save {
        display: flex;
        align-items: center;
        gap: var(--_space-12);
        margin-top: var(--_space-16);
      }
    `,
  ];

  protected override async read({ chat }: Room): Promise<() => void> {
    const { words } = await chat.moderation.words();
    return () => {
      if (!this.isChanged) this.words = words;
    };
  }

  override render(): TemplateResult {
    const { moderation } = this.texts;
    const isCreator = this.room?.localParticipant.role === 'creator';
    // What is saved replaces the whole list.
    const canChange = isCreator && this.words !== undefined;
    return html`
      <h3>${moderation.wordsTitle}</h3>
      <p class="hint">${moderation.wordsText}</p>
      ${isCreator ? nothing : html`<p class="hint">${moderation.wordsCreator}</p>`}
      <form ?hidden=${!canChange} @submit=${this.#add}>
        <wa-input
          label=${moderation.wordsPattern}
          maxlength=${LIMITS.wordPatternChars}
          data-testid="word-pattern"
          .value=${this.pattern}
          @input=${(event: Event) => {
            this.pattern = (event.target as HTMLInputElement).value ?? '';
          }}
        ></wa-input>
        ${this.#choice(this.action, 'word-action', (action) => {
          this.action = action;
        })}
        <wa-button type="submit" appearance="outlined" data-testid="word-add" @click=${this.#add}>${moderation.wordsAdd}</wa-button>
      </form>
      ${this.words?.length === 0 ? html`<p class="nothing muted">${moderation.wordsEmpty}</p>` : nothing}
      <ul class="words-list" data-testid="words">
        ${repeat(
          this.words ?? [],
          ({ pattern }) => pattern,
          (rule, index) => html`<li>
            <bdi>${rule.pattern}</bdi>
            ${this.#choice(rule.action, `word-action-${index}`, (action) => this.#change(this.words?.with(index, { ...rule, action }) ?? []))}
            <button
              class="quiet"
              type="button"
              aria-label=${moderation.wordsRemove(rule.pattern)}
              title=${moderation.wordsRemove(rule.pattern)}
              @click=${() => this.#change(this.words?.filter((other) => other !== rule) ?? [])}
            >${icon('close', 16)}</button>
          </li>`,
        )}
      </ul>
      <div class="save" role="status" ?hidden=${!canChange}>
        <wa-button variant="neutral" data-testid="words-save" ?disabled=${!this.isChanged} ?loading=${this.busy !== ''} @click=${this.#save}>
          ${moderation.wordsSave}
        </wa-button>
        <span class="hint">${this.isChanged ? moderation.wordsUnsaved : this.isSaved ? moderation.wordsSaved : ''}</span>
      </div>
      ${this.failures()}
    `;
  }

  #choice(chosen: WordAction, testId: string, choose: (action: WordAction) => void): TemplateResult {
    const { moderation } = this.texts;
    return html`<select
      aria-label=${moderation.wordsAction}
      data-testid=${testId}
      .value=${chosen}
      @change=${(event: Event) => choose((event.target as HTMLSelectElement).value as WordAction)}
    >
      ${ACTIONS.map((action) => html`<option value=${action} ?selected=${action === chosen}>${moderation.wordsActions[action]}</option>`)}
    </select>`;
  }

  #add = (event: Event): void => {
    event.preventDefault();
    const pattern = this.pattern.trim();
    if (pattern === '') return;
    const others = (this.words ?? []).filter((rule) => rule.pattern !== pattern);
    this.#change([{ pattern, action: this.action }, ...others].slice(0, LIMITS.wordRules));
    this.pattern = '';
  };

  #change(words: readonly WordRule[]): void {
    this.words = words;
    this.isChanged = true;
    this.isSaved = false;
  }

  #save = (): Promise<boolean> =>
    this.act('save', async () => {
      const sent = this.words;
      const saved = await this.room?.chat.moderation.setWords(sent ?? []);
      // What was changed meanwhile stays to be saved.
      if (this.words !== sent) return;
      this.words = saved?.words ?? sent;
      this.isChanged = false;
      this.isSaved = true;
    });
}

defineElement('loge-moderation-words', LogeModerationWords);
