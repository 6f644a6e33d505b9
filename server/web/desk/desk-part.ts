/** Base of the desk's parts: the desk's texts, what is still being read, and confirmation of irreversible acts. */
import '@awesome.me/webawesome/dist/components/input/input.js';
import type { TemplateResult } from 'lit';
import { css, html, nothing } from 'lit';
import type { Question } from '../../../client-sdk/elements/controls/loge-confirm.ts';
import type { DeskActView } from '../../protocol/money/desk.ts';
import { PagePart } from '../site/page-part.ts';
import type { SiteTexts } from '../texts/site-texts.ts';

export abstract class DeskPart<Data = undefined> extends PagePart<Data> {
  static override styles = [
    ...PagePart.styles,
    css`
      :host {
        display: block;
      }

      .form {
        display: grid;
        gap: var(--_space-16);
        max-width: 34rem;
        margin-top: var(--_space-16);
      }

      .form wa-button {
        justify-self: start;
      }

      h3 {
        font: var(--_strong-16);
      }
    `,
  ];

  protected override readonly hasMessagesFirst = true;

  /** Why an operator did it. The reason of a role begins with the role's name on the wire. */
  protected reasonOf({ act, reason }: Pick<DeskActView, 'act' | 'reason'>): string | null {
    const roles: Record<string, string> = this.desk.people.roles;
    const [, role = '', why] = /^(\w+): (.*)$/.exec(reason ?? '') ?? [];
    const isOfRole = (act === 'role_given' || act === 'role_ended') && role in roles;
    return isOfRole ? `${roles[role]} · ${why}` : reason;
  }

  protected get desk(): SiteTexts['desk'] {
    return this.words.desk;
  }

  /** A line of text, which the property `name` of the part holds. */
  protected field<Name extends string>(
    this: Record<Name, string>,
    name: Name,
    { id, label, hint, maxChars }: { id: string; label: string; hint: string; maxChars: number },
  ): TemplateResult {
    return html`<wa-input
      label=${label}
      hint=${hint}
      maxlength=${maxChars}
      autocomplete="off"
      data-testid=${id}
      .value=${this[name]}
      @input=${(event: Event) => {
        this[name] = textOf(event);
      }}
    ></wa-input>`;
  }

  /** Its place while it is being read; nothing where that has failed. */
  protected whenRead<Read>(read: Read | undefined, height: string, shown: (read: Read) => unknown): unknown {
    if (read !== undefined) return shown(read);
    return this.isLost ? nothing : html`<div class="waiting" style="height: ${height}"></div>`;
  }

  protected async isSure(question: Question): Promise<boolean> {
    return (await this.ask(question)) !== undefined;
  }
}

/** What stands in the field that has changed. */
export function textOf({ target }: Event): string {
  return (target as HTMLInputElement).value ?? '';
}
