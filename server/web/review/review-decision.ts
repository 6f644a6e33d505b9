/**
 * `<review-decision>`: the form of a decision on a case, or of the answer to an appeal. Emits `review-decided` with a
 * text to show once the server has taken it.
 */
import { call } from '../site/site-call.ts';
import '@awesome.me/webawesome/dist/components/checkbox/checkbox.js';
import '@awesome.me/webawesome/dist/components/option/option.js';
import '@awesome.me/webawesome/dist/components/radio-group/radio-group.js';
import '@awesome.me/webawesome/dist/components/radio/radio.js';
import '@awesome.me/webawesome/dist/components/select/select.js';
import '@awesome.me/webawesome/dist/components/textarea/textarea.js';
import type { PropertyValues, TemplateResult } from 'lit';
import { css, html, nothing } from 'lit';
import { keyed } from 'lit/directives/keyed.js';
import { defineElement } from '../../../client-sdk/elements/room/room-part.ts';
import type { Language } from '../../protocol/accounts/people.ts';
import * as LIMITS from '../../protocol/limits.ts';
import type { Appeal, CaseView, DecisionInput, MeasureKind } from '../../protocol/trust/decisions.ts';

import { DeskPart, textOf } from '../desk/desk-part.ts';
import { formatMoment } from '../site/dates.ts';
import type { SiteTexts } from '../texts/site-texts.ts';

type CitedArticle = Pick<NonNullable<CaseView['article']>, 'id' | 'version' | 'title'>;

const TIMED: ReadonlySet<MeasureKind> = new Set(['mute', 'suspend_account']);

export class ReviewDecision extends DeskPart {
  static override properties = {
    ...DeskPart.properties,
    view: { attribute: false },
    appeal: { attribute: false },
    chosen: { state: true },
    until: { state: true },
    groundKind: { state: true },
    articles: { state: true },
    article: { state: true },
    law: { state: true },
    reasons: { state: true },
    reasonsLanguage: { state: true },
    isAutomated: { state: true },
    accused: { state: true },
    outcome: { state: true },
  };
  declare view: CaseView | undefined;
  /** The appeal or second look that is answered; absent: the case is decided. */
  declare appeal: Appeal | undefined;
  declare chosen: readonly MeasureKind[];
  declare until: Partial<Record<MeasureKind, string>>;
  declare groundKind: 'article' | 'law';
  /** Of the version in force, and the article that the case cites. */
  declare articles: readonly CitedArticle[];
  /** Its place in `articles`. */
  declare article: string;
  declare law: string;
  declare reasons: string;
  declare reasonsLanguage: Language;
  declare isAutomated: boolean;
  declare accused: string;
  declare outcome: 'granted' | 'upheld' | '';

  static override styles = [
    ...DeskPart.styles,
    css`
      fieldset {
        display: grid;
        gap: var(--_space-8);
        margin: var(--_space-12) 0 0;
        padding: 0;
        border: 0;
      }

      legend {
        padding: 0;
        margin-bottom: var(--_space-8);
        font-weight: 600;
      }

      .until {
        max-width: 18rem;
        margin-inline-start: var(--_space-32);
      }
    `,
  ];

  constructor() {
    super();
    this.chosen = [];
    this.until = {};
    this.groundKind = 'article';
    this.articles = [];
    this.article = '0';
    this.law = '';
    this.reasons = '';
    this.reasonsLanguage = 'en';
    this.isAutomated = false;
    this.accused = '';
    this.outcome = '';
  }

  protected override willUpdate(changed: PropertyValues): void {
    super.willUpdate(changed);
    const before = changed.get('view') as CaseView | undefined;
    if (!this.view || before?.id === this.view.id) return;
    this.reasonsLanguage = this.view.language ?? this.language;
    this.accused = this.view.accused ?? '';
    this.groundKind = this.view.article ? 'article' : 'law';
    this.articles = this.view.article ? [this.view.article] : [];
    this.article = '0';
  }

  /** The case's own article comes first; the others are those of the version in force. */
  protected override async load(): Promise<void> {
    const inForce = (await call('GET /v1/charter/versions')).versions.find(({ state }) => state === 'in_force');
    if (!inForce) return;
    const { version, articles } = await call('GET /v1/charter/versions/:version', { version: inForce.version });
    const own = this.view?.article;
    const others = articles
      .filter(({ id }) => own?.id !== id || own.version !== version)
      .map(({ id, title }) => ({ id, title, version }));
    this.articles = [...(own ? [own] : []), ...others];
  }

  override render(): TemplateResult | typeof nothing {
    const texts = this.words.review;
    const { view, appeal } = this;
    if (!view) return nothing;
    const isAnswered = appeal !== undefined;
    const needsInstead = appeal?.kind === 'reporter' && this.outcome === 'granted';
    const canAct =
      this.reasons.trim() !== '' && (!isAnswered || this.outcome !== '') && this.#hasGround(isAnswered, needsInstead);
    return html`<form class="form" @submit=${(event: Event) => event.preventDefault()}>
      ${appeal ? this.#outcome() : nothing}
      ${needsInstead ? html`<p class="muted">${texts.insteadText}</p>` : nothing}
      ${!isAnswered || needsInstead ? html`${this.#measures(view)} ${this.#ground()} ${view.accused === null || view.subject === 'form' ? this.#accused() : nothing}` : nothing}
      <wa-textarea
        label=${appeal ? (appeal.kind === 'second_look' ? texts.lookReasons : texts.answerReasons) : texts.reasons}
        hint=${view.language ? texts.reasonsHint(texts.languages[view.language]) : nothing}
        rows="5"
        maxlength=${LIMITS.reportNoteChars}
        data-testid="decision-reasons"
        .value=${this.reasons}
        @input=${(event: Event) => {
          this.reasons = textOf(event);
        }}
      ></wa-textarea>
      ${keyed(
        this.language,
        html`<wa-select label=${texts.language} .value=${this.reasonsLanguage} @change=${(event: Event) => {
          this.reasonsLanguage = textOf(event) as Language;
        }}>
        ${(['fr', 'en'] as const).map((name) => html`<wa-option value=${name}>${texts.languages[name]}</wa-option>`)}
      </wa-select>`,
      )}
      ${
        isAnswered && !needsInstead
          ? nothing
          : html`<wa-checkbox data-testid="decision-automated" ?checked=${this.isAutomated} @change=${(
              event: Event,
            ) => {
              this.isAutomated = (event.target as HTMLInputElement).checked;
            }}>${texts.automated}</wa-checkbox>`
      }
      ${this.messages()}
      <wa-button variant="neutral" data-testid="decision-act" ?disabled=${!canAct} ?loading=${this.busy === 'decide'} @click=${() => this.#decide(view)}>${appeal ? texts.answer : texts.act}</wa-button>
    </form>`;
  }

  #outcome(): TemplateResult {
    const texts = this.words.review;
    return html`<wa-radio-group label=${texts.answer} .value=${this.outcome} @change=${(event: Event) => {
      this.outcome = textOf(event) as ReviewDecision['outcome'];
    }}>
      <wa-radio value="granted" data-testid="appeal-granted">${texts.grant}</wa-radio>
      <wa-radio value="upheld" data-testid="appeal-upheld">${texts.uphold}</wa-radio>
    </wa-radio-group>`;
  }

  #measures(view: CaseView): TemplateResult {
    const texts = this.words.review;
    return html`<fieldset>
      <legend>${texts.measures}</legend>
      <p class="small muted">${texts.noMeasure}</p>
      ${measuresFor(view, this.accused).map(
        (
          kind,
        ) => html`<wa-checkbox data-testid="measure-${kind}" ?checked=${this.chosen.includes(kind)} @change=${(event: Event) => this.#choose(kind, (event.target as HTMLInputElement).checked)}>${texts.measure[kind]}</wa-checkbox>
          ${
            TIMED.has(kind) && this.chosen.includes(kind)
              ? html`<wa-input class="until" type="datetime-local" label=${texts.until} hint=${texts.untilHint} .value=${this.until[kind] ?? ''} @input=${(
                  event: Event,
                ) => {
                  this.until = { ...this.until, [kind]: textOf(event) };
                }}></wa-input>`
              : nothing
          }`,
      )}
    </fieldset>`;
  }

  #ground(): TemplateResult {
    const texts = this.words.review;
    return html`<wa-radio-group label=${texts.ground} .value=${this.groundKind} @change=${(event: Event) => {
      this.groundKind = textOf(event) as ReviewDecision['groundKind'];
    }}>
        ${this.articles.length > 0 ? html`<wa-radio value="article" data-testid="ground-article">${texts.groundArticle}</wa-radio>` : nothing}
        <wa-radio value="law">${texts.groundLaw}</wa-radio>
      </wa-radio-group>
      ${
        this.groundKind === 'article' && this.articles.length > 0
          ? keyed(
              this.language,
              html`<wa-select label=${texts.whichArticle} data-testid="decision-article" .value=${this.article} @change=${(
                event: Event,
              ) => {
                this.article = textOf(event);
              }}>
              ${this.articles.map(
                ({ title, version }, place) =>
                  html`<wa-option value=${`${place}`}>${texts.inForce(title[this.language], version)}</wa-option>`,
              )}
            </wa-select>`,
            )
          : nothing
      }
      ${
        this.groundKind === 'law'
          ? html`<wa-input label=${texts.law} data-testid="decision-law" maxlength=${LIMITS.reasonChars} .value=${this.law} @input=${(
              event: Event,
            ) => {
              this.law = textOf(event);
            }}></wa-input>`
          : nothing
      }`;
  }

  #accused(): TemplateResult {
    const texts = this.words.review;
    return html`<wa-input label=${texts.accused} hint=${texts.accusedHint} maxlength=${LIMITS.identityChars} autocomplete="off" .value=${this.accused} @input=${(
      event: Event,
    ) => {
      this.accused = textOf(event).trim();
    }}></wa-input>`;
  }

  #hasGround(isAnswered: boolean, needsInstead: boolean): boolean {
    return (isAnswered && !needsInstead) || this.groundKind === 'article' || this.law.trim() !== '';
  }

  #choose(kind: MeasureKind, isChosen: boolean): void {
    this.chosen = isChosen ? [...this.chosen, kind] : this.chosen.filter((other) => other !== kind);
  }

  #input(view: CaseView): DecisionInput {
    const { accused } = view;
    const article = this.articles[Number(this.article)];
    const ground =
      this.groundKind === 'article' && article
        ? { article: article.id, version: article.version }
        : { law: this.law.trim() };
    // Without those that were chosen for another accused, and are not shown any more.
    const chosen = measuresFor(view, this.accused).filter((kind) => this.chosen.includes(kind));
    const measures = chosen.map((kind) => {
      const until = TIMED.has(kind) && this.until[kind];
      return { kind, ...(until && { until: new Date(until).toISOString() }) };
    });
    return {
      ...{ measures, ground, reasons: this.reasons.trim(), language: this.reasonsLanguage },
      automated: this.isAutomated,
      ...(this.accused && this.accused !== accused && { accused: this.accused }),
    };
  }

  async #decide(view: CaseView): Promise<void> {
    const texts = this.words.review;
    const { appeal, outcome } = this;
    const input = this.#input(view);
    const names = measuresInWords(input.measures, texts, this.language);
    const question = appeal ? (outcome === 'granted' ? texts.grant : texts.uphold) : names;
    const isSure = await this.isSure({
      ...{ title: texts.askTitle, text: texts.askText(question), confirm: appeal ? texts.answer : texts.act },
      ...{ cancel: texts.keep, testId: 'confirm-decision' },
    });
    if (!isSure) return;
    await this.act('decide', async () => {
      if (appeal && outcome) {
        const { reasons, language } = input;
        const instead = appeal.kind === 'reporter' && outcome === 'granted' && { instead: input };
        await call('POST /v1/review/appeals/:appeal/decision', {
          appeal: appeal.id,
          outcome,
          reasons,
          language,
          ...instead,
        });
      } else await call('POST /v1/review/cases/:case/decisions', { case: view.id, ...input });
      this.emit('review-decided', { note: appeal ? texts.answered : texts.decided });
    });
  }
}

/** What can be done about this case; measures on a person need to know who it is. */
function measuresFor({ subject, room, accused, isAboutCreator }: CaseView, named: string): MeasureKind[] {
  const hasPerson = accused !== null || named !== '';
  return [
    ...(subject === 'message' ? (['remove_message'] as const) : []),
    ...(room && hasPerson && !isAboutCreator ? (['mute', 'remove_from_room'] as const) : []),
    ...(isAboutCreator ? (['stop_live'] as const) : []),
    ...(hasPerson ? (['suspend_account', 'freeze_earnings'] as const) : []),
    ...(isAboutCreator ? (['refund_room'] as const) : []),
  ];
}

/** With the end of those that may have one. */
export function measuresInWords(
  measures: readonly { kind: MeasureKind; until?: string | null | undefined }[],
  texts: SiteTexts['review'],
  language: Language,
): string {
  const end = (until: string | null | undefined) =>
    until ? texts.untilMoment(formatMoment(until, language)) : texts.noEnd;
  const words = measures.map(({ kind, until }) =>
    TIMED.has(kind) ? `${texts.measure[kind]} (${end(until)})` : texts.measure[kind],
  );
  return words.join(', ') || texts.nothing;
}

defineElement('review-decision', ReviewDecision);
