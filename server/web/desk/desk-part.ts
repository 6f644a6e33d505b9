/** Base of the desk's parts: the desk's texts, and confirmation of irreversible acts. */
import { css } from 'lit';
import '../../../client-sdk/elements/controls/loge-confirm.ts';
import type { LogeConfirm, Question } from '../../../client-sdk/elements/controls/loge-confirm.ts';
import { SitePart } from '../site/site-part.ts';
import type { SiteTexts } from '../texts/english.ts';

export abstract class DeskPart extends SitePart {
  static override styles = [
    ...SitePart.styles,
    css`
      :host {
        display: block;
      }

      .line {
        display: flex;
        flex-wrap: wrap;
        gap: 0.15rem 0.6rem;
        align-items: center;
      }

      .form {
        display: grid;
        gap: 1.1rem;
        max-width: 34rem;
        margin-top: 1rem;
      }

      .form wa-button {
        justify-self: start;
      }

      h3 {
        font-size: 1.0625rem;
        font-weight: 650;
      }
    `,
  ];

  protected get desk(): SiteTexts['desk'] {
    return this.words.desk;
  }

  /** Needs a `<loge-confirm>` in what the part renders. */
  protected async isSure(question: Question): Promise<boolean> {
    return (await this.renderRoot.querySelector<LogeConfirm>('loge-confirm')?.ask(question)) ?? false;
  }
}
