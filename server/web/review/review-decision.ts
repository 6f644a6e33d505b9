/**
 * `<review-decision>`: the form of a decision on a case, or of the answer to an appeal. Emits `review-decided` with a
 * text to show once the server has taken it.
 */
import { defineElement } from '../../../client-sdk/elements/room/room-part.ts';
import type { Language } from '../../protocol/accounts/people.ts';
import * as LIMITS from '../../protocol/limits.ts';
import type { Appeal, CaseView, DecisionInput, MeasureKind } from '../../protocol/trust/decisions.ts';
import { DeskPart } from '../desk/desk-part.ts';
import type { Field, Values } from '../site/page-part.ts';
import { call } from '../site/site-call.ts';
import { measuresInWords, optionsOf, TIMED } from './review-words.ts';

type CitedArticle = Pick<NonNullable<CaseView['article']>, 'id' | 'version' | 'title'>;

const LAW = 'law';

/** Shows the articles that can be cited: the case's own first, then those of the version in force. */
export class ReviewDecision extends DeskPart<readonly CitedArticle[]> {
  static override properties = { ...DeskPart.properties, view: { attribute: false }, appeal: { attribute: false } };
  declare view: CaseView;
  /** The appeal or second look that is answered; absent: the case is decided. */
  declare appeal: Appeal | undefined;
  protected override height = '20rem';

  protected override read = async (): Promise<readonly CitedArticle[]> => {
    const own = this.view.article;
    const inForce = (await call('GET /v1/charter/versions')).versions.find(({ state }) => state === 'in_force');
    const { version, articles } = inForce
      ? await call('GET /v1/charter/versions/:version', { version: inForce.version })
      : { version: 0, articles: [] };
    const others = articles.filter(({ id }) => own?.id !== id || own.version !== version);
    return [...(own ? [own] : []), ...others.map(({ id, title }) => ({ id, title, version }))];
  };

  protected override show(articles: readonly CitedArticle[]): unknown {
    const texts = this.words.review;
    const { appeal } = this;
    return this.form({
      fields: [...(appeal ? [this.#outcome()] : []), ...this.#decided(articles), ...this.#reasoned()],
      submit: { label: appeal ? texts.answer : texts.act, testId: 'decision-act' },
      question: (values) => {
        const { measures } = this.#inputOf(values, articles);
        const answer = values('outcome') === 'granted' ? texts.grant : texts.uphold;
        return {
          title: texts.askTitle,
          text: texts.askText(appeal ? answer : measuresInWords(measures, texts, this.language)),
          confirm: appeal ? texts.answer : texts.act,
          cancel: texts.keep,
          testId: 'confirm-decision',
        };
      },
      send: async (values) => {
        await this.#send(values, this.#inputOf(values, articles));
        this.emit('review-decided', { note: appeal ? texts.answered : texts.decided });
      },
    });
  }

  #outcome(): Field {
    const texts = this.words.review;
    return {
      ...{ name: 'outcome', label: texts.answer, testId: 'appeal-outcome', kind: 'radio', isRequired: true },
      options: [
        { value: 'granted', label: texts.grant, testId: 'appeal-granted' },
        { value: 'upheld', label: texts.uphold, testId: 'appeal-upheld' },
      ],
    };
  }

  /** Whether measures and their ground are asked: a reporter's appeal that is granted says what is decided instead. */
  #isDecided(values: Values): boolean {
    const { appeal } = this;
    return !appeal || (appeal.kind === 'reporter' && values('outcome') === 'granted');
  }

  #decided(articles: readonly CitedArticle[]): Field[] {
    const { view } = this;
    const texts = this.words.review;
    const legend = { title: texts.measures, text: this.appeal ? texts.insteadText : texts.noMeasure };
    const isOffered = (kind: MeasureKind) => (values: Values) =>
      this.#isDecided(values) && measuresFor(view, values('accused')).includes(kind);
    const isDecided = (values: Values) => this.#isDecided(values);
    const cited = articles.map(({ title, version }, place) => ({
      value: String(place),
      label: texts.inForce(title[this.language], version),
    }));
    return [
      ...optionsOf(texts.measure).flatMap(({ value: kind, label }): Field[] => [
        { ...{ name: kind, label, testId: `measure-${kind}`, kind: 'check', legend }, isFor: isOffered(kind) },
        {
          ...{ name: `until-${kind}`, label: texts.until, hint: texts.untilHint, testId: `until-${kind}` },
          ...{ kind: 'moment', legend },
          isFor: (values) => isOffered(kind)(values) && TIMED.has(kind) && values(kind) !== '',
        },
      ]),
      {
        ...{ name: 'ground', label: texts.ground, testId: 'decision-article', kind: 'select' },
        value: view.article ? '0' : LAW,
        options: [...cited, { value: LAW, label: texts.groundLaw }],
        isFor: isDecided,
      },
      {
        ...{ name: 'law', label: texts.law, testId: 'decision-law', maxChars: LIMITS.reasonChars, isRequired: true },
        isFor: (values) => this.#isDecided(values) && values('ground') === LAW,
      },
      {
        ...{ name: 'accused', label: texts.accused, hint: texts.accusedHint, testId: 'decision-accused' },
        ...{ maxChars: LIMITS.identityChars, value: view.accused, isVerbatim: true },
        isFor: (values) => this.#isDecided(values) && (view.accused === null || view.subject === 'form'),
      },
      {
        ...{ name: 'automated', label: texts.automated, testId: 'decision-automated', kind: 'check' },
        isFor: isDecided,
      },
    ];
  }

  #reasoned(): Field[] {
    const { view, appeal } = this;
    const texts = this.words.review;
    const answer = appeal?.kind === 'second_look' ? texts.lookReasons : texts.answerReasons;
    return [
      {
        ...{
          name: 'reasons',
          label: appeal ? answer : texts.reasons,
          testId: 'decision-reasons',
          kind: 'area',
          rows: 5,
        },
        ...(view.language && { hint: texts.reasonsHint(texts.languages[view.language]) }),
        ...{ maxChars: LIMITS.reportNoteChars, isRequired: true },
      },
      {
        ...{ name: 'language', label: texts.language, testId: 'decision-language', kind: 'select' },
        value: view.language ?? this.language,
        options: optionsOf(texts.languages),
      },
    ];
  }

  #inputOf(values: Values, articles: readonly CitedArticle[]): DecisionInput {
    const { view } = this;
    const article = articles[Number(values('ground'))];
    const ground = article ? { article: article.id, version: article.version } : { law: values('law') };
    const named = values('accused');
    const measures = measuresFor(view, named)
      .filter((kind) => values(kind) !== '')
      .map((kind) => {
        const until = values(`until-${kind}`);
        return { kind, ...(until && { until: new Date(until).toISOString() }) };
      });
    return {
      ...{ measures, ground, reasons: values('reasons'), language: values('language') as Language },
      automated: values('automated') !== '',
      ...(named && named !== view.accused && { accused: named }),
    };
  }

  async #send(values: Values, input: DecisionInput): Promise<unknown> {
    const { view, appeal } = this;
    if (!appeal) return call('POST /v1/review/cases/:case/decisions', { case: view.id, ...input });
    const { reasons, language } = input;
    return call('POST /v1/review/appeals/:appeal/decision', {
      ...{ appeal: appeal.id, outcome: values('outcome') as 'granted' | 'upheld', reasons, language },
      ...(this.#isDecided(values) && { instead: input }),
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

defineElement('review-decision', ReviewDecision);
