/**
 * `<charter-editor .articles>`: articles that are being written, and what they would change of the charter in force,
 * unless the page tells that itself (`.isCompared=${false}`). Emits `articles-changed` with all of them. For the draft
 * at the desk, and for proposals of the committee.
 */
import { css, html, nothing, type TemplateResult } from 'lit';
import { repeat } from 'lit/directives/repeat.js';
import { button } from '../../../client-sdk/elements/controls/plain-controls.ts';
import { defineElement } from '../../../client-sdk/elements/room/room-part.ts';
import * as LIMITS from '../../protocol/limits.ts';
import type { Article } from '../../protocol/trust/charter.ts';
import { languagesFor } from '../site/public-text.ts';
import { CharterChanges } from './charter-changes.ts';

export const EMPTY_ARTICLE: Article = { id: '', title: { en: '', fr: '' }, text: { en: '', fr: '' } };

/** Stands for an article while what is written in it changes. */
interface Place {
  /** New ones begin open. */
  isOpen: boolean;
}

/** Begins from the articles in force where none are given. */
export class CharterEditor extends CharterChanges {
  static override properties = { ...CharterChanges.properties, isCompared: { attribute: false } };
  declare isCompared: boolean;
  /** In the order of the articles that were shown last. */
  #places: Place[] = [];
  #shown: Article[] | undefined;

  constructor() {
    super();
    this.isCompared = true;
  }

  static override styles = [
    ...CharterChanges.styles,
    css`
      :host {
        margin-top: var(--_space-8);
      }

      details {
        border-bottom: 1px solid var(--_line);
      }

      summary {
        font: var(--_strong-14);
      }

      .article {
        display: grid;
        gap: var(--_space-16);
        margin: var(--_space-8) 0 var(--_space-16);
      }

      .field input[lang],
      .field textarea {
        font: var(--_type-16);
      }

      @media (min-width: 1000px) {
        .article {
          grid-template-columns: 1fr 1fr;
        }

        .article > .whole {
          grid-column: 1 / -1;
        }
      }
    `,
  ];

  protected override show(inForce: Article[]): unknown {
    const texts = this.desk.charter;
    const articles = this.articles ?? inForce;
    if (articles !== this.#shown)
      this.#keep(
        articles,
        articles.map(({ id }) => ({ isOpen: id === '' })),
      );
    const add = () => this.#write([...articles, EMPTY_ARTICLE], [...this.#places, { isOpen: true }]);
    return [
      repeat(
        articles,
        (_, index) => this.#places[index],
        (_, index) => this.#article(articles, index),
      ),
      articles.length < LIMITS.charterArticles
        ? html`<div class="buttons">${button({ label: texts.add, testId: 'charter-add', isOutlined: true, isSmall: true, onClick: add })}</div>`
        : nothing,
      this.isCompared ? this.section('changes', { title: texts.changes }, super.show(inForce)) : nothing,
    ];
  }

  #article(articles: Article[], index: number): TemplateResult {
    const texts = this.desk.charter;
    const article = articles[index] ?? EMPTY_ARTICLE;
    const change = (changed: Partial<Article>) =>
      this.#write(articles.with(index, { ...article, ...changed }), this.#places);
    const write = (name: 'title' | 'text', language: 'en' | 'fr') => (event: Event) =>
      change({ [name]: { ...article[name], [language]: textOf(event) } });
    const codes = languagesFor(this.language);
    return html`<details ?open=${this.#places[index]?.isOpen}>
      <summary>${article.title[this.language] || texts.untitled}</summary>
      <div class="article">
        <label class="field whole">
          <span>${texts.id}</span>
          <input autocomplete="off" autocapitalize="none" spellcheck="false" maxlength="40" data-testid="article-id" .value=${article.id} @input=${(event: Event) => change({ id: textOf(event) })} />
          <small>${texts.idHint}</small>
        </label>
        ${codes.map((code) => html`<label class="field"><span>${texts.articleTitle[code]}</span><input lang=${code} maxlength=${LIMITS.titleChars} data-testid="article-title-${code}" .value=${article.title[code]} @input=${write('title', code)} /></label>`)}
        ${codes.map((code) => html`<label class="field"><span>${texts.articleText[code]}</span><textarea lang=${code} rows="10" maxlength=${LIMITS.charterTextChars} data-testid="article-text-${code}" .value=${article.text[code]} @input=${write('text', code)}></textarea></label>`)}
        <div class="buttons whole">
          ${index > 0 ? button({ label: texts.up, testId: 'article-up', isOutlined: true, isSmall: true, onClick: () => this.#moveUp(articles, index) }) : nothing}
          ${button({ label: texts.remove, testId: 'article-remove', isOutlined: true, isSmall: true, onClick: () => this.#remove(articles, index) })}
        </div>
      </div>
    </details>`;
  }

  #moveUp(articles: Article[], index: number): void {
    const raised = <Item>(list: Item[]): Item[] =>
      list.toSpliced(index - 1, 2, ...list.slice(index - 1, index + 1).toReversed());
    this.#write(raised(articles), raised(this.#places));
  }

  #remove(articles: Article[], index: number): void {
    this.#write(articles.toSpliced(index, 1), this.#places.toSpliced(index, 1));
    void this.updateComplete.then(() => {
      const next = this.renderRoot.querySelectorAll<HTMLElement>('summary')[index];
      (next ?? this.renderRoot.querySelector<HTMLElement>('[data-testid=charter-add]'))?.focus();
    });
  }

  #write(articles: Article[], places: Place[]): void {
    this.#keep(articles, places);
    this.articles = articles;
    this.emit('articles-changed', articles);
  }

  #keep(articles: Article[], places: Place[]): void {
    this.#shown = articles;
    this.#places = places;
  }
}

function textOf({ target }: Event): string {
  return (target as HTMLInputElement).value ?? '';
}

defineElement('charter-editor', CharterEditor);
