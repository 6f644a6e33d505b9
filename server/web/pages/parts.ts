/**
 * `/parts`, in development only: the tokens, and each part of the pages in all of its states. The page to open first
 * before a page is made or changed.
 */
import type { TemplateResult } from 'lit';
import { css, html } from 'lit';
import { button } from '../../../client-sdk/elements/controls/plain-controls.ts';
import { ticketCard, ticketCardStyles } from '../../../client-sdk/elements/money/ticket-card.ts';
import { tierCard, tierCardStyles } from '../../../client-sdk/elements/money/tier-card.ts';
import '../../../client-sdk/elements/money/topup-form.ts';
import { defineElement } from '../../../client-sdk/elements/room/room-part.ts';
import { poster, posterStyles } from '../../../client-sdk/elements/stage/poster.ts';
import { tokens } from '../../../client-sdk/elements/theme/tokens.ts';
import { PagePart } from '../site/page-part.ts';
import { SitePage } from '../site/site-page.ts';

const declared = [...tokens.cssText.matchAll(/[;{\s]--_([a-z\d-]+):/g)].map(([, name = '']) => name);
const TEXTS = [...new Set(declared.filter((name) => /^(type|strong|title|code)-/.test(name)))];
const COLORS = declared.slice(0, declared.indexOf('font'));
const ROOM = { id: 'room_1', title: 'Late set from the kitchen', poster: null, creator: { identity: 'camille' } };
const CARD = { id: 'card_1', brand: 'visa', last4: '4242', expMonth: 12, expYear: 2099 };
const TICKET = {
  main: { picture: ROOM, by: 'with Camille' },
  date: { label: 'Date', text: 'Fri, 1 Jan, 20:00' },
  facts: [
    ['Name', 'Léa'],
    ['Number', 'A1B2C3D4'],
  ],
} as const;
const SPACES = declared.filter((name) => name.startsWith('space-'));

interface DemoRow {
  id: number;
  state: 'good' | 'bad' | 'open';
}

class PartsDemo extends PagePart<DemoRow[]> {
  protected override read = async (): Promise<DemoRow[]> => [
    { id: 1, state: 'good' },
    { id: 2, state: 'open' },
    { id: 3, state: 'bad' },
  ];

  protected override show(rows: DemoRow[]): unknown {
    const wait = () => new Promise((resolve) => setTimeout(resolve, 800));
    const list = this.list({
      items: rows,
      row: ({ id, state }) => ({
        title: `Row ${id}`,
        state: { look: state, text: state },
        lines: ['A line that says more, in small type'],
        amount: `€${id}.00`,
      }),
      acts: [
        {
          label: 'Remove',
          name: ({ id }) => `Remove row ${id}`,
          question: ({ id }) => ({
            title: `Remove row ${id}?`,
            text: 'It cannot be undone.',
            confirm: 'Remove',
            cancel: 'Keep it',
            testId: 'confirm',
            field: {
              label: 'Reason',
              hint: 'Others can read it.',
              maxChars: 100,
              testId: 'reason',
              missing: 'Say why.',
            },
          }),
          run: wait,
          done: ({ id }) => `Row ${id} was removed.`,
        },
      ],
    });
    const form = this.form({
      fields: [
        { name: 'name', label: 'Text', hint: 'A hint', testId: 'text', isRequired: true },
        { name: 'about', label: 'Longer text', testId: 'area', kind: 'area' },
        { name: 'code', label: 'Code', testId: 'code', kind: 'code', value: '12345678' },
        {
          name: 'choice',
          label: 'Choice',
          testId: 'select',
          kind: 'select',
          options: [{ value: 'a', label: 'First' }],
        },
        {
          ...{ name: 'way', label: 'One of few', testId: 'radio', kind: 'radio' },
          options: [
            { value: 'a', label: 'This' },
            { value: 'b', label: 'That' },
          ],
        },
        {
          ...{ name: 'when', label: 'Moment', testId: 'moment', kind: 'moment' },
          isFor: (values) => values('way') === 'b',
        },
        { name: 'agreed', label: 'A box to tick', testId: 'check', kind: 'check', value: true },
      ],
      submit: { label: 'Send', testId: 'send' },
      send: () => Promise.reject(new Error('refused')),
    });
    return [
      this.section('list', { title: 'List', text: 'With an act that asks for a reason.' }, list),
      this.section(
        'empty',
        { title: 'List without rows' },
        this.list({ items: [], row: () => ({ title: '' }), empty: 'Nothing yet.' }),
      ),
      this.section(
        'search',
        { title: 'Search' },
        this.search({
          fields: [{ name: 'query', label: 'What', testId: 'query' }],
          submit: { label: 'Search', testId: 'search' },
          ask: () => undefined,
        }),
      ),
      this.section('figures', { title: 'Figures and facts' }, [
        this.figures([{ label: 'Held', amount: '€12.00', hint: 'Released by date', testId: 'held' }]),
        this.facts([
          ['Sold', '€20.00'],
          ['Kept', '€12.00', 'sum'],
        ]),
      ]),
      this.section('form', { title: 'Form', text: 'Send it empty to see a fault, and filled to see a failure.' }, form),
    ];
  }
}

defineElement('parts-demo', PartsDemo);

class SiteParts extends SitePage {
  protected readonly page = 'parts';

  static override styles = [
    ...SitePage.styles,
    posterStyles,
    tierCardStyles,
    ticketCardStyles,
    css`
      .swatches,
      .texts,
      .buttons-demo {
        display: flex;
        flex-wrap: wrap;
        gap: var(--_space-16);
        align-items: center;
      }

      .swatch {
        display: grid;
        gap: var(--_space-4);
        width: 8rem;
        font: var(--_type-12);
      }

      .swatch i {
        height: 3rem;
        border: 1px solid var(--_line);
        border-radius: var(--_radius-small);
      }

      .space i {
        height: var(--_space-8);
        background: var(--_accent);
      }

      .picture {
        position: relative;
        width: min(30rem, 100%);
        aspect-ratio: 16 / 9;
        container-type: size;
      }
    `,
  ];

  protected override content(): TemplateResult {
    const look = (label: string, options = {}) =>
      button({ label, testId: label, onClick: () => undefined, ...options });
    return html`<div class="column">
      <h1 class="display">Parts</h1>
      <section>
        <h2>Type</h2>
        ${TEXTS.map((name) => html`<p style="font: var(--_${name})">${name} · Take your seat, 12.00</p>`)}
      </section>
      <section>
        <h2>Colours by role</h2>
        <div class="swatches">
          ${COLORS.map((name) => html`<span class="swatch"><i style="background: var(--_${name})"></i>${name}</span>`)}
        </div>
      </section>
      <section>
        <h2>Spaces</h2>
        ${SPACES.map((name) => html`<p class="swatch space"><i style="width: var(--_${name})"></i>${name}</p>`)}
      </section>
      <section>
        <h2>Buttons</h2>
        <p class="buttons-demo">
          ${look('Plain')} ${look('Pays', { isPrimary: true })} ${look('Outlined', { isOutlined: true })}
          <button class="button danger" type="button">Danger</button> ${look('Small', { isOutlined: true, isSmall: true })}
          ${look('Busy', { isBusy: true })} ${look('Disabled', { isDisabled: true })}
        </p>
      </section>
      <section>
        <h2>Messages</h2>
        <div class="callout">Something was done.</div>
        <div class="callout neutral">Something to know.</div>
        <div class="callout danger">Something failed.</div>
      </section>
      <section>
        <h2>Tier</h2>
        <ul class="tiers">
          ${tierCard({ name: 'Box', perks: ['All lives', 'Replays'] }, { price: '€12.00 a month', act: look('Join', { isPrimary: true }) })}
        </ul>
      </section>
      <section>
        <h2>Picture of a room without a poster</h2>
        <div class="picture">${poster(ROOM)}</div>
      </section>
      <section>
        <h2>Ticket, kept and given back</h2>
        <div class="buttons-demo">${ticketCard(TICKET)} ${ticketCard({ ...TICKET, stamp: 'Returned' })}</div>
      </section>
      <section>
        <h2>Top-up</h2>
        <loge-topup-form
          .balanceMinor=${1_000}
          .cards=${[CARD]}
          .wanted=${{ missingMinor: 0 }}
          .order=${() => Promise.reject(new Error('refused'))}
        ></loge-topup-form>
      </section>
      <parts-demo></parts-demo>
    </div>`;
  }
}

defineElement('site-parts', SiteParts);
