/** `<charter-changes .articles>`: what articles would change of the charter in force, in both languages. */
import { css, html, nothing, type TemplateResult } from 'lit';
import { defineElement } from '../../../client-sdk/elements/room/room-part.ts';
import '../../../client-sdk/elements/texts/studio-texts.ts';
import { changedText, changeStyles } from '../../../client-sdk/elements/trust/changed-text.ts';
import type { Language } from '../../protocol/languages.ts';
import type { Article, ArticleChange } from '../../protocol/trust/charter.ts';
import { articleChanges } from '../../trust/charter/charter-changes.ts';
import { DeskPart } from '../desk/desk-part.ts';
import { bothLanguages } from '../seat/both-languages.ts';
import { languagesFor } from '../site/public-text.ts';
import { call } from '../site/site-call.ts';

/** Shows the articles in force, and those compared with them. */
export class CharterChanges extends DeskPart<Article[]> {
  static override properties = { ...DeskPart.properties, articles: { attribute: false } };
  /** Absent: those in force. */
  declare articles: Article[] | undefined;
  protected override height = '8rem';
  protected override readonly hasMessagesFirst = false;

  static override styles = [
    ...DeskPart.styles,
    bothLanguages,
    changeStyles,
    css`
      h4 {
        margin-block: var(--_space-16) var(--_space-4);
        font: var(--_strong-16);
      }
    `,
  ];

  protected override read = async (): Promise<Article[]> => {
    const { versions } = await call('GET /v1/charter/versions');
    const current = versions.find(({ state }) => state === 'in_force');
    if (!current) return [];
    return (await call('GET /v1/charter/versions/:version', { version: current.version })).articles;
  };

  protected override show(inForce: Article[]): unknown {
    const { languages } = this.words.opinions;
    return html`<div class="both" data-testid="charter-changes">${languagesFor(this.language).map(
      (code) => html`<div lang=${code}>
        <h3 lang=${this.language}>${languages[code]}</h3>
        ${this.#changes(inForce, code)}
      </div>`,
    )}</div>`;
  }

  #changes(inForce: Article[], language: Language): unknown {
    const changes = articleChanges(inForce, this.articles ?? inForce, language);
    const changed = changes.filter(({ change }) => change !== 'same');
    if (changed.length === 0) return html`<p class="muted" lang=${this.language}>${this.desk.charter.noChange}</p>`;
    return changed.map((each) => this.#change(each));
  }

  #change({ title, titleParts, change, parts }: ArticleChange): TemplateResult {
    const { charter } = this.texts;
    const mark = change === 'same' ? nothing : html`<span class="mark" lang=${this.language}>${charter[change]}</span>`;
    // The mark says it of a whole article, which would be hard to read with every word underlined.
    const words = change === 'added' ? parts.map(({ text }) => text) : parts.map(changedText);
    return html`<h4>${title ? titleParts.map(changedText) : html`<span lang=${this.language}>${this.desk.charter.untitled}</span>`}${mark}</h4>
      <p class="words">${words}</p>`;
  }
}

defineElement('charter-changes', CharterChanges);
