/** `<desk-charter>`: the versions of the charter, the draft of the next one, and its announcement. */
import { call } from '../site/site-call.ts';
import '@awesome.me/webawesome/dist/components/textarea/textarea.js';
import type { TemplateResult } from 'lit';
import { css, html, nothing } from 'lit';
import { defineElement } from '../../../client-sdk/elements/room/room-part.ts';
import { LogeError } from '../../../client-sdk/src/errors.ts';
import * as LIMITS from '../../protocol/limits.ts';
import type { Article, CharterDraft, PublishedVersion } from '../../protocol/trust/charter.ts';

import { formatMoment } from '../site/dates.ts';
import { DeskPart, textOf } from './desk-part.ts';

const LANGUAGES = ['fr', 'en'] as const;
const EMPTY: Article = { id: '', title: { en: '', fr: '' }, text: { en: '', fr: '' } };
const LOOKS = { announced: 'open', in_force: 'good', superseded: '' } as const;

export class DeskCharter extends DeskPart {
  static override properties = {
    ...DeskPart.properties,
    versions: { state: true },
    draft: { state: true },
    articles: { state: true },
    theirs: { state: true },
    effectiveFrom: { state: true },
    isChanged: { state: true },
  };
  /** Newest first. */
  declare versions: PublishedVersion[] | undefined;
  /** As the server has it. */
  declare draft: CharterDraft | null;
  /** As the operator is writing them. */
  declare articles: Article[];
  /** What somebody else saved meanwhile; what was written here is kept beside it. */
  declare theirs: Article[] | undefined;
  declare effectiveFrom: string;
  /** Whether something was written that is not saved. */
  declare isChanged: boolean;
  /** Articles that were there before; new ones are open. */
  #foldedCount = 0;

  static override styles = [
    ...DeskPart.styles,
    css`
      .rows,
      details {
        padding: var(--_space-8) 0;
        border-bottom: 1px solid var(--_line);
      }

      summary {
        padding-block: var(--_space-12);
        cursor: pointer;
        font-weight: 600;
      }

      summary:focus-visible {
        outline: 2px solid var(--_accent);
        outline-offset: 2px;
      }

      .words {
        margin-bottom: var(--_space-16);
        white-space: pre-line;
        overflow-wrap: anywhere;
      }

      .conflict {
        margin-bottom: var(--_space-16);
      }

      wa-callout .tools {
        margin-bottom: 0;
      }

      .article {
        display: grid;
        gap: var(--_space-16);
        margin: var(--_space-12) 0;
      }

      .tools {
        display: flex;
        flex-wrap: wrap;
        gap: var(--_space-8);
        margin: var(--_space-16) 0;
      }

      @media (min-width: 900px) {
        .article {
          grid-template-columns: 1fr 1fr;
        }

        .article > .whole {
          grid-column: 1 / -1;
        }
      }
    `,
  ];

  constructor() {
    super();
    this.draft = null;
    this.articles = [];
    this.effectiveFrom = '';
    this.isChanged = false;
  }

  protected override async load(): Promise<void> {
    const [{ versions }, { draft }] = await Promise.all([
      call('GET /v1/charter/versions'),
      call('GET /v1/charter/draft'),
    ]);
    this.versions = versions;
    this.#show(draft);
  }

  /** What was written and is not saved stays. */
  #show(draft: CharterDraft | null): void {
    this.draft = draft;
    if (this.isChanged) return;
    this.articles = draft?.articles ?? [];
    this.#foldedCount = this.articles.length;
  }

  override render(): TemplateResult {
    const texts = this.desk.charter;
    return html`
      <p class="muted">${texts.text} <a href="/charter">${texts.page}</a></p>
      ${this.whenRead(this.versions, '10rem', (versions) =>
        versions.length === 0
          ? html`<p>${texts.none}</p>`
          : html`<ul class="rows" data-testid="charter-versions">${versions.map((each) => this.#version(each))}</ul>`,
      )}
      <section aria-labelledby="draft">
        <h2 id="draft" class="display">${texts.draft}</h2>
        ${this.theirs ? this.#conflict(this.theirs) : nothing}
        ${this.articles.length === 0 ? this.#beginning() : this.#editor()}
        ${this.messages()}
      </section>
      ${this.draft && !this.isChanged ? this.#announcement(this.draft) : nothing}
    `;
  }

  #version({ version, state, announcedAt, effectiveFrom }: PublishedVersion): TemplateResult {
    const texts = this.desk.charter;
    return html`<li data-testid="charter-version-${version}">
      <div class="what">
        <p class="line"><b><a href="/charter/${version}">${texts.version(version)}</a></b> <span class="state ${LOOKS[state]}">${texts.state[state]}</span></p>
        <p class="small muted">${texts.dates(formatMoment(announcedAt, this.language), formatMoment(effectiveFrom, this.language))}</p>
      </div>
    </li>`;
  }

  #beginning(): TemplateResult {
    const texts = this.desk.charter;
    const [newest] = this.versions ?? [];
    return html`<p class="muted">${texts.noDraft}</p>
      <div class="tools">
        ${newest ? html`<wa-button variant="neutral" data-testid="charter-begin" ?loading=${this.busy === 'begin'} @click=${() => this.#begin(newest.version)}>${texts.beginFrom(newest.version)}</wa-button>` : nothing}
        <wa-button appearance="outlined" data-testid="charter-begin-empty" @click=${() => this.#write([EMPTY])}>${texts.beginEmpty}</wa-button>
      </div>`;
  }

  #editor(): TemplateResult {
    const texts = this.desk.charter;
    return html`<p class="muted">${texts.editorText}</p>
      ${this.articles.map((article, index) => this.#article(article, index))}
      <div class="tools">
        <wa-button appearance="outlined" data-testid="charter-add" ?disabled=${this.articles.length >= LIMITS.charterArticles} @click=${() => this.#write([...this.articles, EMPTY])}>${texts.add}</wa-button>
        <wa-button variant="neutral" data-testid="charter-save" ?disabled=${!this.isChanged} ?loading=${this.busy === 'save'} @click=${this.#save}>${texts.save}</wa-button>
        <wa-button appearance="plain" data-testid="charter-discard" ?loading=${this.busy === 'discard'} @click=${this.#discard}>${texts.discard}</wa-button>
      </div>`;
  }

  #conflict(theirs: Article[]): TemplateResult {
    const texts = this.desk.charter;
    const own = new Map(this.articles.map((article) => [article.id, JSON.stringify(article)]));
    const changed = theirs.filter((article) => own.get(article.id) !== JSON.stringify(article));
    return html`<wa-callout variant="warning" role="alert" class="conflict" data-testid="charter-conflict">
      <p><b>${texts.conflict}</b></p>
      <p>${theirs.length === 0 ? texts.conflictGone : texts.conflictText}</p>
      ${changed.map(
        ({ id, title, text }) => html`<details>
          <summary>${title[this.language] || id}</summary>
          ${LANGUAGES.map((language) => html`<p lang=${language}><b>${title[language]}</b></p><p lang=${language} class="words">${text[language]}</p>`)}
        </details>`,
      )}
      <div class="tools">
        <wa-button appearance="outlined" data-testid="charter-use-theirs" @click=${() => this.#useTheirs(theirs)}>${theirs.length === 0 ? texts.dropMine : texts.useTheirs}</wa-button>
      </div>
    </wa-callout>`;
  }

  #article(article: Article, index: number): TemplateResult {
    const texts = this.desk.charter;
    return html`<details ?open=${index >= this.#foldedCount}>
      <summary>${article.title[this.language] || texts.untitled}</summary>
      <div class="article">
        <wa-input
          class="whole"
          label=${texts.id}
          hint=${texts.idHint}
          autocomplete="off"
          .value=${article.id}
          @input=${(event: Event) => this.#change(index, { ...article, id: textOf(event) })}
        ></wa-input>
        ${LANGUAGES.map(
          (language) => html`<wa-input
            lang=${language}
            label=${texts.articleTitle[language]}
            maxlength=${LIMITS.titleChars}
            .value=${article.title[language]}
            @input=${(event: Event) => this.#change(index, { ...article, title: { ...article.title, [language]: textOf(event) } })}
          ></wa-input>`,
        )}
        ${LANGUAGES.map(
          (language) => html`<wa-textarea
            lang=${language}
            label=${texts.articleText[language]}
            rows="10"
            maxlength=${LIMITS.charterTextChars}
            .value=${article.text[language]}
            @input=${(event: Event) => this.#change(index, { ...article, text: { ...article.text, [language]: textOf(event) } })}
          ></wa-textarea>`,
        )}
        <div class="tools whole">
          <wa-button size="s" appearance="outlined" ?disabled=${index === 0} @click=${() => this.#move(index)}>${texts.up}</wa-button>
          <wa-button size="s" appearance="outlined" @click=${() => this.#write(this.articles.toSpliced(index, 1))}>${texts.remove}</wa-button>
        </div>
      </div>
    </details>`;
  }

  #announcement({ version }: CharterDraft): TemplateResult {
    const texts = this.desk.charter;
    return html`<section aria-labelledby="announce">
      <h2 id="announce" class="display">${texts.announce(version)}</h2>
      <p class="muted">${texts.announceText}</p>
      <div class="form">
        <wa-input
          type="datetime-local"
          label=${texts.effectiveFrom}
          hint=${texts.effectiveFromHint}
          data-testid="charter-effective-from"
          .value=${this.effectiveFrom}
          @input=${(event: Event) => {
            this.effectiveFrom = textOf(event);
          }}
        ></wa-input>
        <wa-button variant="neutral" data-testid="charter-announce" ?loading=${this.busy === 'announce'} @click=${this.#announce}>${texts.announceAct}</wa-button>
      </div>
    </section>`;
  }

  #write(articles: Article[]): void {
    this.articles = articles;
    this.isChanged = true;
  }

  #change(index: number, article: Article): void {
    this.#write(this.articles.with(index, article));
  }

  #move(index: number): void {
    const [article] = this.articles.slice(index, index + 1);
    if (article) this.#write(this.articles.toSpliced(index, 1).toSpliced(index - 1, 0, article));
  }

  async #begin(version: number): Promise<void> {
    await this.act('begin', async () => {
      const { articles } = await call('GET /v1/charter/versions/:version', { version });
      this.#foldedCount = articles.length;
      this.#write(articles);
    });
  }

  #save = async (): Promise<void> => {
    await this.act('save', () =>
      this.#unlessChanged(async () => {
        const sent = this.articles;
        const { draft } = await call('PUT /v1/charter/draft', { articles: sent, basedOn: this.draft?.hash ?? null });
        this.isChanged = this.articles !== sent;
        this.theirs = undefined;
        this.#show(draft);
        this.note = this.desk.charter.saved;
      }),
    );
  };

  /** Where somebody else has changed the draft, shows theirs; what is saved next replaces it knowingly. */
  async #unlessChanged(act: () => Promise<void>): Promise<void> {
    try {
      await act();
    } catch (error) {
      if (!(error instanceof LogeError && error.code === 'charter_changed')) throw error;
      this.draft = (await call('GET /v1/charter/draft')).draft;
      this.theirs = this.draft?.articles ?? [];
      this.isChanged = true;
    }
  }

  #useTheirs(theirs: Article[]): void {
    this.theirs = undefined;
    this.isChanged = false;
    this.articles = theirs;
    this.#foldedCount = theirs.length;
  }

  #discard = async (): Promise<void> => {
    const texts = this.desk.charter;
    const isSure = await this.isSure({
      title: texts.discardTitle,
      text: texts.discardText,
      confirm: texts.discard,
      cancel: texts.keep,
      testId: 'confirm-discard',
    });
    if (!isSure) return;
    await this.act('discard', () =>
      this.#unlessChanged(async () => {
        if (this.draft) await call('DELETE /v1/charter/draft', { hash: this.draft.hash });
        this.isChanged = false;
        this.theirs = undefined;
        this.#show(null);
      }),
    );
  };

  #announce = async (): Promise<void> => {
    const { draft } = this;
    const texts = this.desk.charter;
    if (!draft) return;
    const start = this.effectiveFrom ? new Date(this.effectiveFrom).toISOString() : undefined;
    const isSure = await this.isSure({
      title: texts.askTitle(draft.version),
      text: start ? texts.askLater(formatMoment(start, this.language)) : texts.askNow,
      confirm: texts.announceAct,
      cancel: texts.keep,
      testId: 'confirm-charter',
    });
    if (!isSure) return;
    await this.act('announce', async () => {
      await call('POST /v1/charter/announcements', { hash: draft.hash, ...(start && { effectiveFrom: start }) });
      this.effectiveFrom = '';
      await this.reload();
      this.note = texts.done(draft.version);
    });
  };
}

defineElement('desk-charter', DeskCharter);
