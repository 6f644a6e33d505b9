/** `<earnings-self-billing>`: whether the house writes a creator's bills, and those that it has written. */
import { css, html, nothing } from 'lit';
import { defineElement } from '../../../client-sdk/elements/room/room-part.ts';
import type { SelfBilling } from '../../protocol/money/self-bills.ts';
import { formatMonth } from '../site/dates.ts';
import { PagePart } from '../site/page-part.ts';
import { call } from '../site/site-call.ts';

export class EarningsSelfBilling extends PagePart<SelfBilling> {
  static override styles = [
    ...PagePart.styles,
    css`
      blockquote {
        margin: var(--_space-12) 0;
        padding-inline-start: var(--_space-16);
        border-inline-start: 2px solid var(--_line-strong);
      }

      .small {
        margin-top: var(--_space-8);
      }
    `,
  ];

  protected override height = '10rem';

  protected override read = () => call('GET /v1/earnings/self-billing', { language: this.language });

  protected override isHidden({ isOffered, bills }: SelfBilling): boolean {
    return !isOffered && bills.length === 0;
  }

  protected override show({ agreedAt, text, hasDetails, bills }: SelfBilling): unknown {
    const texts = this.words.earnings.selfBilling;
    const { language } = this;
    const set = (textVersion: string | null) => call('PUT /v1/earnings/self-billing', { textVersion, language });
    const list = this.list({
      items: bills,
      testId: 'self-bills',
      row: ({ id, number, month, totalMinor, currency }) => ({
        title: formatMonth(month, language),
        href: `/self-bills/${id}`,
        lines: [totalMinor < 0 ? texts.creditNote(number) : texts.bill(number)],
        amount: this.money(totalMinor, currency),
      }),
    });
    const agreement = agreedAt
      ? html`<p data-testid="self-billing-agreed">${texts.agreed(this.moment(agreedAt))}</p>`
      : html`<blockquote lang=${text.language} data-testid="self-billing-text">${text.text}</blockquote>`;
    return this.section('self-billing', { title: texts.title, text: texts.text }, [
      list,
      agreement,
      this.acts(undefined, [
        {
          label: agreedAt ? texts.end : texts.agree,
          testId: () => 'self-billing-set',
          ...(agreedAt && {
            question: () => ({
              ...{ title: texts.endTitle, text: texts.endText, confirm: texts.end, cancel: texts.keep },
              testId: 'confirm-self-billing-end',
            }),
          }),
          run: () => set(agreedAt ? null : text.version),
          done: () => (agreedAt ? texts.ended : texts.done),
        },
      ]),
      hasDetails ? nothing : html`<p class="small muted">${agreedAt ? texts.waits : texts.needsDetails}</p>`,
    ]);
  }
}

defineElement('earnings-self-billing', EarningsSelfBilling);
