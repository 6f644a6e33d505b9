/** `<desk-charter>`: the versions of the charter, the draft of the next one, and its announcement. */
import type { TemplateResult } from 'lit';
import { html, nothing } from 'lit';
import { LogeError } from '../../../client-sdk/client/errors.ts';
import { defineElement } from '../../../client-sdk/elements/room/room-part.ts';
import type { Article, CharterDraft, PublishedVersion } from '../../protocol/trust/charter.ts';
import { EMPTY_ARTICLE } from '../charter/charter-editor.ts';
import type { RowAct } from '../site/page-part.ts';
import { languagesFor } from '../site/public-text.ts';
import { call } from '../site/site-call.ts';
import { DeskPart } from './desk-part.ts';

const LOOKS = { announced: 'open', in_force: 'good', superseded: 'open' } as const;

/** Shows the versions, newest first. */
export class DeskCharter extends DeskPart<PublishedVersion[]> {
  static override properties = {
    ...DeskPart.properties,
    draft: { state: true },
    articles: { state: true },
    theirs: { state: true },
    isChanged: { state: true },
  };
  /** As the server has it. */
  declare draft: CharterDraft | null;
  /** As the operator is writing them. */
  declare articles: Article[];
  /** What somebody else saved meanwhile; what was written here is kept beside it. */
  declare theirs: Article[] | undefined;
  /** Whether something was written that is not saved. */
  declare isChanged: boolean;
  protected override height = '10rem';

  constructor() {
    super();
    this.draft = null;
    this.articles = [];
    this.isChanged = false;
  }

  protected override read = async () => {
    const [{ versions }, { draft }] = await Promise.all([
      call('GET /v1/charter/versions'),
      call('GET /v1/charter/draft'),
    ]);
    this.#show(draft);
    return versions;
  };

  /** What was written and is not saved stays. */
  #show(draft: CharterDraft | null): void {
    this.draft = draft;
    if (this.isChanged) return;
    this.articles = draft?.articles ?? [];
  }

  protected override show(versions: PublishedVersion[]): unknown {
    const texts = this.desk.charter;
    const { draft, theirs, articles } = this;
    const editor = [
      theirs ? this.#conflict(theirs) : nothing,
      articles.length > 0
        ? html`<charter-editor .articles=${articles} @articles-changed=${this.#handleChange}></charter-editor>`
        : nothing,
    ];
    return [
      html`<p class="muted">${texts.text} <a href="/charter">${texts.page}</a></p>`,
      this.list({
        items: versions,
        testId: 'charter-versions',
        empty: texts.none,
        row: ({ version, state, announcedAt, effectiveFrom }) => ({
          title: texts.version(version),
          href: `/charter/${version}`,
          state: { look: LOOKS[state], text: texts.state[state] },
          lines: [texts.dates(this.moment(announcedAt), this.moment(effectiveFrom))],
          testId: `charter-version-${version}`,
        }),
      }),
      this.section('draft', { title: texts.draft, text: articles.length === 0 ? texts.noDraft : texts.editorText }, [
        editor,
        this.acts(versions[0], this.#acts(), -1),
      ]),
      draft && !this.isChanged ? this.#announcement(draft) : nothing,
    ];
  }

  /** With the newest version. */
  #acts(): RowAct<PublishedVersion | undefined>[] {
    const texts = this.desk.charter;
    const isBegun = () => this.articles.length > 0;
    return [
      {
        label: (newest) => texts.beginFrom(newest?.version ?? 0),
        testId: () => 'charter-begin',
        isFor: (newest) => !isBegun() && newest !== undefined,
        run: async (newest) => newest && this.#begin(newest.version),
      },
      {
        label: texts.beginEmpty,
        testId: () => 'charter-begin-empty',
        isFor: () => !isBegun(),
        run: async () => this.#write([EMPTY_ARTICLE]),
      },
      {
        label: texts.save,
        testId: () => 'charter-save',
        isFor: () => isBegun() && this.isChanged,
        run: () => this.#unlessChanged(() => this.#save()),
        done: () => (this.theirs ? '' : texts.saved),
      },
      {
        label: texts.discard,
        testId: () => 'charter-discard',
        isFor: isBegun,
        question: () => ({
          title: texts.discardTitle,
          text: texts.discardText,
          confirm: texts.discard,
          cancel: texts.keep,
          testId: 'confirm-discard',
        }),
        run: () => this.#unlessChanged(() => this.#discard()),
      },
    ];
  }

  #conflict(theirs: Article[]): TemplateResult {
    const texts = this.desk.charter;
    const own = new Map(this.articles.map((article) => [article.id, JSON.stringify(article)]));
    const changed = theirs.filter((article) => own.get(article.id) !== JSON.stringify(article));
    const use = this.acts(theirs, [
      {
        label: theirs.length === 0 ? texts.dropMine : texts.useTheirs,
        testId: () => 'charter-use-theirs',
        run: async () => this.#take(theirs),
      },
    ]);
    return html`<div role="alert" class="callout" data-testid="charter-conflict">
      <div>
        <strong>${texts.conflict}</strong>
        <p>${theirs.length === 0 ? texts.conflictGone : texts.conflictText}</p>
        ${changed.map(
          ({ id, title, text }) => html`<details>
            <summary>${title[this.language] || id}</summary>
            ${languagesFor(this.language).map((language) => html`<p lang=${language}><b>${title[language]}</b></p><p lang=${language} class="words">${text[language]}</p>`)}
          </details>`,
        )}
        ${use}
      </div>
    </div>`;
  }

  #announcement({ version, hash }: CharterDraft): TemplateResult {
    const texts = this.desk.charter;
    const startOf = (given: string) => (given ? new Date(given).toISOString() : undefined);
    const form = this.form({
      fields: [
        {
          ...{ name: 'start', label: texts.effectiveFrom, hint: texts.effectiveFromHint },
          ...{ testId: 'charter-effective-from', kind: 'moment' },
        },
      ],
      submit: { label: texts.announceAct, testId: 'charter-announce' },
      question: (values) => {
        const start = startOf(values('start'));
        return {
          title: texts.askTitle(version),
          text: start ? texts.askLater(this.moment(start)) : texts.askNow,
          confirm: texts.announceAct,
          cancel: texts.keep,
          testId: 'confirm-charter',
        };
      },
      send: (values) => {
        const start = startOf(values('start'));
        return call('POST /v1/charter/announcements', { hash, ...(start && { effectiveFrom: start }) });
      },
      done: () => texts.done(version),
      isCleared: true,
    });
    return this.section('announce', { title: texts.announce(version), text: texts.announceText }, form);
  }

  #write(articles: Article[]): void {
    this.articles = articles;
    this.isChanged = true;
  }

  #handleChange = ({ detail }: CustomEvent<Article[]>): void => this.#write(detail);

  async #begin(version: number): Promise<void> {
    this.#write((await call('GET /v1/charter/versions/:version', { version })).articles);
  }

  async #save(): Promise<void> {
    const sent = this.articles;
    const { draft } = await call('PUT /v1/charter/draft', { articles: sent, basedOn: this.draft?.hash ?? null });
    this.isChanged = this.articles !== sent;
    this.theirs = undefined;
    this.#show(draft);
  }

  async #discard(): Promise<void> {
    if (this.draft) await call('DELETE /v1/charter/draft', { hash: this.draft.hash });
    this.isChanged = false;
    this.theirs = undefined;
    this.#show(null);
  }

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

  #take(theirs: Article[]): void {
    this.theirs = undefined;
    this.isChanged = false;
    this.articles = theirs;
  }
}

defineElement('desk-charter', DeskCharter);
