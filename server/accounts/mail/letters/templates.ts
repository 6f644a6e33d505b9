/** What each letter shows: its blocks, once for all languages. The words are in `english.ts` and `french.ts`. */
import { formatMoney } from '../../../../client-sdk/elements/texts/format.ts';
import type { InLanguages } from '../../../../client-sdk/elements/texts/text-table.ts';
import { type DateStyle, formatDate, type HouseLocale } from '../../../platform/house-dates.ts';
import type { Language } from '../../../protocol/languages.ts';
import type { LetterData, TemplateName } from './data.ts';
import { english, type LetterWords } from './english.ts';
import { french } from './french.ts';
import { type LetterContent, layOut, type RenderedLetter } from './layout.ts';
import type { Live } from './live.ts';

const WORDS: InLanguages<(house: string) => LetterWords> = { en: english, fr: french };

interface Formats {
  language: Language;
  date(at: string, style: DateStyle): string;
  money(amount: { amountMinor: number; currency: string }): string;
  percent(shareBps: number): string;
}

type Template<Data> = (data: Data, words: LetterWords, formats: Formats) => LetterContent;

interface LetterSetting extends HouseLocale {
  /** The name of the house. */
  house: string;
  unsubscribeUrl?: string | undefined;
}

export function renderLetter<Name extends TemplateName>(
  name: Name,
  data: LetterData[Name],
  { house, unsubscribeUrl: href, ...locale }: LetterSetting,
): RenderedLetter {
  const { language } = locale;
  const words = WORDS[language](house);
  const content = TEMPLATES[name](data, words, {
    language,
    date: (at, style) => formatDate(at, style, locale),
    money: ({ amountMinor, currency }) => formatMoney(amountMinor, currency, language),
    percent: (shareBps) =>
      new Intl.NumberFormat(language, { style: 'percent', maximumFractionDigits: 2 }).format(shareBps / 10_000),
  });
  const unsubscribe = href ? { label: words.unsubscribe, href } : undefined;
  return layOut(content, { language, house, colon: words.colon, unsubscribe });
}

const posterOf = (live: Live | undefined, words: LetterWords) =>
  live?.poster ? { src: live.poster, alt: words.poster(live.title) } : undefined;

const TEMPLATES: { readonly [Name in TemplateName]: Template<LetterData[Name]> } = {
  'sign-in': ({ link, code, minutes }, { signIn }) => ({
    title: signIn.title,
    blocks: [signIn.link, { button: signIn.button, href: link }, signIn.code, { code }, signIn.expiry(minutes)],
    reason: signIn.reason,
  }),
  passkey: ({ what, name, link }, { passkey, notYou, open, reasons }) => ({
    title: passkey[what],
    blocks: [passkey[`${what}Text`](name), notYou, { button: open.account, href: link }],
    reason: reasons.account,
  }),
  'oidc-binding': ({ what, name, link }, { oidc, notYou, open, reasons }) => ({
    title: oidc[what](name),
    blocks: [oidc[`${what}Text`](name), notYou, { button: open.account, href: link }],
    reason: reasons.account,
  }),
  address: ({ step, newAddress, dueAt, link, objection }, { address, reasons }, { date }) => ({
    title: address.titles[step],
    blocks: [
      address.texts(newAddress, date(dueAt, 'day'))[step],
      { button: address.buttons[step], href: link },
      objection && address.objection,
      objection && { button: address.object, href: objection, isSecondary: true },
    ],
    reason: reasons.account,
  }),
  'live-reminder': ({ because, ...live }, words, { date }) => {
    const { reminder, open, reasons } = words;
    const { title, creator, startsAt, link } = live;
    return {
      kind: startsAt ? reminder.soon : reminder.now,
      title,
      details: [reminder.by(creator)],
      poster: posterOf(live, words),
      blocks: [
        startsAt ? reminder.soonText(creator, date(startsAt, 'full')) : reminder.nowText(creator),
        { button: open.live, href: link },
      ],
      reason: because === 'followers' ? reasons.follows(creator) : reasons[because],
    };
  },
  'live-moved': ({ previousStartsAt, returnUntil, returnLink, ...live }, words, { date }) => {
    const { moved, facts, open, reasons } = words;
    const { title, creator, startsAt, link } = live;
    return {
      kind: startsAt ? facts.newDate : moved.postponed,
      title,
      details: [startsAt && date(startsAt, 'brief')],
      poster: posterOf(live, words),
      blocks: [
        startsAt ? moved.text(creator) : moved.postponedText(creator),
        {
          facts: [
            [facts.newDate, startsAt && date(startsAt, 'full')],
            [facts.oldDate, previousStartsAt && date(previousStartsAt, 'full')],
          ],
        },
        startsAt ? moved.keep : moved.wait,
        { button: open.live, href: link },
        startsAt && returnUntil ? moved.returnUntil(date(returnUntil, 'full')) : moved.returnAnyTime,
        { button: moved.giveBack, href: returnLink, isSecondary: true },
      ],
      reason: reasons.tickets,
    };
  },
  'live-cancelled': ({ to, walletLink, ...live }, words, { money }) => {
    const { cancelled, refund, facts, open } = words;
    return {
      kind: cancelled.kind,
      title: live.title,
      details: [cancelled.refunded(money(live))],
      poster: posterOf(live, words),
      blocks: [
        cancelled.text(live.creator),
        refund[to],
        { facts: [[facts.amount, money(live)]] },
        { button: open.wallet, href: walletLink },
      ],
      reason: cancelled.reason,
    };
  },
  receipt: ({ what, at, live, tier = '', paidUntil, link, ...amount }, words, { date, money }) => {
    const { receipt, facts, open, reasons } = words;
    const paid = money(amount);
    const ticket = what === 'ticket' ? live : undefined;
    const titles = { ticket: live?.title, topup: paid, tip: receipt.to(paid, live?.creator ?? ''), membership: tier };
    return {
      kind: receipt[what],
      title: titles[what] ?? '',
      details: [ticket?.startsAt && date(ticket.startsAt, 'brief'), what === 'membership' && paid],
      poster: posterOf(live, words),
      blocks: [
        what === 'membership' ? receipt.membershipText(tier) : receipt[`${what}Text`],
        {
          facts: [
            [facts.date, ticket?.startsAt && date(ticket.startsAt, 'full')],
            [facts.live, !ticket && live?.title],
            [facts.creator, live?.creator],
            [facts.amount, paid],
            [facts.paidOn, date(at, 'day')],
            [facts.paidUntil, paidUntil && date(paidUntil, 'day')],
          ],
        },
        ticket && { button: open.live, href: ticket.link },
        { button: what === 'topup' ? open.wallet : open.receipt, href: link, isSecondary: what === 'ticket' },
      ],
      reason: ticket ? reasons.tickets : reasons.money,
    };
  },
  refund: ({ what, title, status, to, link, ...amount }, { refund, facts, open, reasons }, { money }) => ({
    kind: refund[status],
    title: refund.of(money(amount), refund.payments[what]),
    blocks: [
      status === 'failed' ? refund.failedText : refund[to],
      { facts: [[facts.live, title]] },
      { button: open.wallet, href: link },
    ],
    reason: reasons.money,
  }),
  withdrawal: ({ kind, item, title, madeAt, link, ...amount }, words, { date, money }) => {
    const { withdrawal, facts, open, reasons } = words;
    return {
      title: withdrawal.title,
      blocks: [
        withdrawal.text(withdrawal.kinds[kind](title ?? ''), date(madeAt, 'full')),
        amount.amountMinor > 0 ? withdrawal.back : withdrawal.disputed,
        {
          facts: [
            [facts.amount, money(amount)],
            [withdrawal.number, item],
          ],
        },
        { button: open.wallet, href: link },
      ],
      reason: reasons.money,
    };
  },
  'renewal-ahead': ({ tier, renewsAt, link, ...amount }, { renewal, facts, open, reasons }, { date, money }) => ({
    title: renewal.aheadTitle(tier, date(renewsAt, 'day')),
    blocks: [
      renewal.aheadText(date(renewsAt, 'day')),
      {
        facts: [
          [facts.renewsOn, date(renewsAt, 'full')],
          [facts.amount, money(amount)],
          [facts.cancelBefore, date(renewsAt, 'full')],
        ],
      },
      renewal.cancel,
      { button: open.wallet, href: link },
    ],
    reason: reasons.money,
  }),
  'renewal-failed': ({ tier, accessUntil, link }, { renewal, open, reasons }, { date }) => ({
    title: renewal.title(tier),
    blocks: [
      renewal.text,
      accessUntil && renewal.access(date(accessUntil, 'day')),
      renewal.card,
      { button: open.wallet, href: link },
    ],
    reason: reasons.money,
  }),
  'payouts-stopped': ({ stopped, reason, link }, { payouts, facts, open, reasons }) => ({
    title: stopped ? payouts.stopped : payouts.resumed,
    blocks: [
      stopped ? payouts.stoppedText : payouts.resumedText,
      { facts: [[facts.reason, reason]] },
      { button: open.earnings, href: link },
    ],
    reason: reasons.money,
  }),
  'self-bill': ({ number, month, link, ...amount }, { selfBill, facts, open, reasons }, { date, money }) => {
    const ofMonth = date(`${month}-15T12:00:00Z`, 'month');
    return {
      title: amount.amountMinor < 0 ? selfBill.creditNote(ofMonth) : selfBill.title(ofMonth),
      blocks: [
        selfBill.text,
        {
          facts: [
            [facts.amount, money(amount)],
            [selfBill.number, number],
          ],
        },
        { button: open.bill, href: link },
      ],
      reason: reasons.money,
    };
  },
  reserve: ({ shareBps, days, reason, link }, { reserve, facts, open, reasons }, { percent }) => ({
    title: shareBps > 0 ? reserve.set : reserve.ended,
    blocks: [
      ...(shareBps > 0 ? [reserve.share(percent(shareBps), days), reserve.text] : [reserve.endedText]),
      { facts: [[facts.reason, reason]] },
      { button: open.earnings, href: link },
    ],
    reason: reasons.money,
  }),
  'committee-news': ({ what, title, by, link }, { committee, dispute, open }, { date, language }) => ({
    kind: committee[what],
    title: title[language],
    blocks: [
      committee[`${what}_text`],
      { facts: [[what === 'vote_called' ? committee.until : committee.due, by && date(by, 'full')]] },
      { button: what === 'alarm' || what === 'alarm_to_operators' ? open.more : committee.button, href: link },
    ],
    reason: what === 'opinion_adopted' || what === 'alarm_to_operators' ? dispute.reason : committee.reason,
  }),
  'booking-waiting': ({ reason, link, ...amount }, { booking, dispute, facts }, { money }) => ({
    kind: booking.waiting,
    title: money(amount),
    blocks: [booking.text, { facts: [[facts.reason, reason]] }, { button: booking.button, href: link }],
    reason: dispute.reason,
  }),
  dispute: ({ status, evidenceDueAt, link, ...amount }, { dispute, facts }, { date, money }) => ({
    kind: dispute[status],
    title: money(amount),
    blocks: [
      dispute[`${status}Text`],
      { facts: [[facts.lastDay, evidenceDueAt && date(evidenceDueAt, 'full')]] },
      { button: dispute.button, href: link },
    ],
    reason: dispute.reason,
  }),
  payout: ({ status, link, ...amount }, { payout, open, reasons }, { money }) => ({
    kind: payout[status],
    title: money(amount),
    blocks: [payout[`${status}Text`], { button: open.earnings, href: link }],
    reason: reasons.money,
  }),
  'account-closed': ({ receiptYears, taxReportUntil, link }, { closed, open }) => ({
    title: closed.title,
    blocks: [
      closed.erased,
      closed.kept(receiptYears),
      taxReportUntil !== null && closed.reported(taxReportUntil),
      closed.again,
      { button: open.house, href: link },
    ],
    reason: closed.reason,
  }),
  'moderator-invitation': ({ creator, room, link }, { moderator, facts, open }) => ({
    title: moderator.title(creator),
    blocks: [
      room === null ? moderator.all : moderator.one,
      { facts: [[facts.room, room]] },
      moderator.answer,
      { button: open.account, href: link },
    ],
    reason: moderator.reason(creator),
  }),
  'creator-decision': ({ accepted, link }, { creator, open }) => ({
    title: accepted ? creator.accepted : creator.refused,
    blocks: [
      accepted ? creator.acceptedText : creator.refusedText,
      { button: accepted ? open.studio : open.account, href: link },
    ],
    reason: creator.reason,
  }),
  'report-received': ({ number, isByForm, link }, { report, open, reasons }) => ({
    title: report.received(number),
    blocks: [report.receivedText, report.danger, { button: isByForm ? open.report : open.reports, href: link }],
    reason: isByForm ? report.byForm : reasons.reported,
  }),
  'report-unfounded': ({ number, limitedUntil, link }, { report, open, reasons }, { date }) => ({
    title: report.unfounded(number),
    blocks: [
      limitedUntil === null ? report.warning : report.limited(date(limitedUntil, 'long')),
      report.wrong,
      { button: open.reports, href: link },
    ],
    reason: reasons.reported,
  }),
  /** The statement of reasons (article 17 of the Digital Services Act). */
  decision: ({ ground, holdsPayouts, ...made }, { decision, facts }, { date, language }) => {
    const measures = made.measures.map(({ kind, until }) => {
      const isHeld = kind === 'suspend_account' && holdsPayouts;
      const text = isHeld ? decision.suspendedCreator : decision.measures[kind];
      if (until !== null) return decision.until(text, date(until, 'long'));
      return isHeld ? decision.endless(text) : text;
    });
    return {
      title: decision.title,
      blocks: [
        decision.text(measures),
        made.reasons,
        {
          facts: [
            [facts.ground, ground[language]],
            [facts.automated, made.automated ? decision.automated : decision.notAutomated],
          ],
        },
        made.appealUntil === null ? decision.provisional : decision.appeal(date(made.appealUntil, 'long')),
        { button: decision.read, href: made.link },
      ],
      reason: decision.reason,
    };
  },
  'decision-undone': ({ link }, { decision, open }) => ({
    title: decision.undone,
    blocks: [decision.undoneText, { button: open.more, href: link }],
    reason: decision.undoneReason,
  }),
  'report-decided': ({ number, acted, isChanged, isByForm, link }, { report, open, reasons }) => ({
    title: isChanged ? report.changed(number) : report.decided(number),
    blocks: [
      acted ? report.acted : isChanged ? report.notActedNow : report.notActed,
      report.appeal,
      { button: isByForm ? report.readAndAppeal : open.reports, href: link },
    ],
    reason: reasons.reported,
  }),
  'appeal-decided': ({ granted, isByReporter, reasons, link }, { appeal, open }) => ({
    title: granted ? appeal.granted : appeal.refused,
    blocks: [
      !granted ? appeal.refusedText : isByReporter ? appeal.reporterText : appeal.grantedText,
      reasons,
      { button: open.more, href: link },
    ],
    reason: appeal.reason,
  }),
};
