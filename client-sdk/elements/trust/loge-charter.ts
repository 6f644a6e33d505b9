/**
 * `<loge-charter>`: the sheet in which a creator reads the charter in force and accepts it. It shows what changed since
 * the version that they accepted before. `ask()` resolves to whether they accepted.
 */
import type { TemplateResult } from 'lit';
import { css, html, nothing } from 'lit';
import type { ArticleChange, CharterReview } from '../../../server/protocol/trust/charter.ts';
import { DialogPart } from '../room/dialog-part.ts';
import { defineElement, withProperties } from '../room/room-part.ts';
import { formatLongDay } from '../texts/format.ts';
import '../texts/studio-texts.ts';
import '../theme/web-awesome.ts';
import { changedText, changeStyles } from './changed-text.ts';

type Reviewed = NonNullable<CharterReview['charter']>;

export class LogeCharter extends withProperties(DialogPart, { charter: undefined as Reviewed | undefined }) {
  #answer: ((accepted: boolean) => void) | undefined;

  static override styles = [
    changeStyles,
    css`
    wa-dialog {
      --width: 44rem;
    }

    .about {
      margin-bottom: var(--_space-16);
      color: var(--_muted);
    }

    details,
    article {
      padding: var(--_space-16) 0;
      border-top: 1px solid var(--_line);
    }

    summary {
      min-height: 1.75rem;
      cursor: pointer;
      font-weight: 600;
    }

    h3 {
      font: var(--_title-20);
    }

    /* Beside the buttons, in sight wherever the reader is. */
    wa-dialog::part(footer) {
      flex-wrap: wrap;
    }

    wa-callout {
      flex: 1 1 100%;
    }

    .words {
      margin-top: var(--_space-8);
      white-space: pre-line;
      overflow-wrap: anywhere;
    }
  `,
  ];

  /** Rejects if the charter cannot be read. */
  async ask(): Promise<boolean> {
    this.#finish(false);
    // The room may have been given before this element was defined: it comes with the first update.
    await this.updateComplete;
    const charter = await this.#read();
    // Accepted elsewhere, or withdrawn, meanwhile.
    if (!charter || charter.acceptedVersion === charter.version) return true;
    this.problem = '';
    this.open = true;
    return new Promise((resolve) => {
      this.#answer = resolve;
    });
  }

  async #read(): Promise<Reviewed | undefined> {
    this.charter = (await this.room?.charter.review({ language: this.language })) ?? undefined;
    return this.charter;
  }

  override render(): TemplateResult {
    const { charter, texts } = this;
    return this.dialog(
      texts.charter.title,
      html`${charter && this.open ? this.#body(charter) : nothing}
      ${this.problem ? html`<wa-callout slot="footer" variant="danger" role="alert">${this.problem}</wa-callout>` : nothing}
      <wa-button slot="footer" appearance="outlined" @click=${() => this.#finish(false)}>${texts.charter.later}</wa-button>
      <wa-button
        slot="footer"
        variant="neutral"
        data-testid="charter-accept"
        ?loading=${this.busy === 'accept'}
        @click=${() => charter && this.#accept(charter)}
        >${texts.charter.accept}</wa-button
      >`,
      { testId: 'charter-sheet', isHeld: true },
    );
  }

  #body({ version, effectiveFrom, acceptedVersion, articles }: Reviewed): TemplateResult {
    const { texts } = this;
    const since = formatLongDay(effectiveFrom, this.language);
    const changed = acceptedVersion === null ? articles : articles.filter(({ change }) => change !== 'same');
    const same = articles.filter((article) => !changed.includes(article));
    return html`
      <p class="about">
        ${texts.charter.about(version, since)}
        ${acceptedVersion === null ? texts.charter.first : texts.charter.changes(acceptedVersion, changed.length)}
      </p>
      ${changed.map((article) => this.#article(article, acceptedVersion !== null))}
      ${
        same.length > 0
          ? html`<details>
              <summary>${texts.charter.unchanged(same.length)}</summary>
              ${same.map((article) => this.#article(article, false))}
            </details>`
          : nothing
      }
    `;
  }

  #article({ id, title, titleParts, change, parts }: ArticleChange, isCompared: boolean): TemplateResult {
    const { texts } = this;
    const mark = isCompared && change !== 'same' ? html`<span class="mark">${texts.charter[change]}</span>` : nothing;
    return html`<article data-testid="charter-article-${id}">
      <h3>${isCompared ? titleParts.map(changedText) : title}${mark}</h3>
      <p class="words">${isCompared && change === 'changed' ? parts.map(changedText) : parts.map(({ text }) => text)}</p>
    </article>`;
  }

  async #accept({ version }: Reviewed): Promise<void> {
    const { language } = this;
    const isDone = await this.act('accept', async () => {
      try {
        await this.room?.charter.accept({ version, language });
      } catch (error) {
        // Another version has come into force while this one was read: it is read next.
        await this.#read();
        throw error;
      }
    });
    if (isDone) this.#finish(true);
  }

  protected override noteHidden(): void {
    this.#finish(false);
  }

  #finish(accepted: boolean): void {
    this.close();
    this.#answer?.(accepted);
    this.#answer = undefined;
  }
}

defineElement('loge-charter', LogeCharter);
