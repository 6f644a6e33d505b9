/** The record on the page of public figures: what is in the log, who signs it, and how somebody checks it. */
import { css } from 'lit';
import { formatDate, type HouseLocale } from '../../../platform/house-dates.ts';
import { html, type Markup } from '../../../platform/html.ts';
import { LANGUAGES } from '../../../protocol/languages.ts';
import type { RecordStatus } from '../../../trust/transparency/record/record.ts';
import { pageTexts } from '../texts/page-texts.ts';
import { tile } from './tiles.ts';

export const recordStyles = css`
  .record h3 {
    margin-block: var(--_space-24) var(--_space-8);
    font: var(--_strong-16);
  }

  .record .notice {
    padding: var(--_space-8) var(--_space-16);
    border-inline-start: 3px solid var(--_danger);
    background: var(--_surface);
  }

  .record pre {
    padding: var(--_space-12) var(--_space-16);
    border-radius: var(--_radius);
    background: var(--_surface);
    white-space: pre-wrap;
    overflow-wrap: anywhere;
  }

  .record pre code {
    padding: 0;
  }

  .record dd code {
    overflow-wrap: anywhere;
  }

  .record .keys dd {
    margin: 0 0 var(--_space-8);
  }

  .record li + li {
    margin-block-start: var(--_space-8);
  }
`;

/** Where each file of the log is. */
const FILES = {
  checkpoint: '/transparency/log/checkpoint',
  vkey: '/transparency/log/vkey',
  members: '/transparency/log/members',
  records: '/v1/transparency/records',
} as const;

/** @param status undefined: it has not begun. */
export function recordSection(
  status: RecordStatus | undefined,
  { publicUrl, locale }: { publicUrl: string; locale: HouseLocale },
): Markup {
  const texts = pageTexts(locale.language).record;
  const content = status ? shown(status, { publicUrl, locale }) : html`<p>${texts.notBegun}</p>`;
  return html`<section class="record" id="record"><h2>${texts.title}</h2><p>${texts.text}</p>${content}</section>`;
}

function shown(
  { size, at, vkeys, halted, witnesses, members, earlier }: RecordStatus,
  { publicUrl, locale }: { publicUrl: string; locale: HouseLocale },
): Markup {
  const texts = pageTexts(locale.language).record;
  const day = (time: string) => formatDate(time, 'day', locale);
  const count = (value: number) => new Intl.NumberFormat(LANGUAGES[locale.language].locale).format(value);
  const witnessLine = ({ name, size: signed, at: signedAt }: RecordStatus['witnesses'][number]) => {
    if (signed === null || signedAt === null) return texts.notWitnessed(name);
    return signed === size
      ? texts.witnessed(name, day(signedAt))
      : texts.witnessedPart(name, count(signed), day(signedAt));
  };
  const memberLines =
    members.count === 0
      ? [texts.noMember]
      : [
          texts.memberCount(members.count),
          members.size === size ? texts.membersAll : texts.membersPart(count(members.size)),
        ];
  const haltText = ({ at: since, reason }: NonNullable<RecordStatus['halted']>) =>
    (reason === 'ahead' ? texts.haltedAhead : texts.haltedOther)(day(since));
  const command = `npm run verify-transparency -- ${publicUrl}`;
  return html`${halted !== null && html`<p class="notice">${haltText(halted)}</p>`}
    <dl class="tiles">
      ${tile(texts.entries, [texts.count(count(size)), texts.signedOn(day(at))])}
      ${tile(texts.witnesses, witnesses.length === 0 ? [texts.noWitness] : witnesses.map(witnessLine))}
      ${tile(texts.members, memberLines)}
    </dl>
    ${witnesses.length === 0 && html`<p>${texts.noWitnessText}</p>`}
    ${
      earlier.length > 0 &&
      html`<p>${texts.earlier}</p><ul>${earlier.map(
        ({ origin, haltedAt: ended }) =>
          html`<li><code>${origin}</code>${ended !== null && html`, ${texts.ended(day(ended))}`}</li>`,
      )}</ul>`
    }
    <h3>${texts.check}</h3>
    <p>${texts.checkText}</p><pre><code>${command} --save copy</code></pre>
    <p>${texts.checkLater}</p><pre><code>${command} --since copy/checkpoint --keys keys.txt</code></pre>
    <p>${withCode(texts.checkKeys)}</p>
    <dl class="keys">${vkeys.map((vkey) => html`<dt>${texts.key}</dt><dd><code>${vkey}</code></dd>`)}
      ${witnesses.map(({ name, vkey }) => html`<dt>${texts.witnessKey(name)}</dt><dd><code>${vkey}</code></dd>`)}</dl>
    <ul class="data">${Object.entries(FILES).map(
      ([file, path]) => html`<li><a href="${path}">${texts.files[file as keyof typeof FILES]}</a></li>`,
    )}</ul>
    <h3>${texts.limits}</h3>
    <p>${texts.limitsText}</p><ul>${texts.limitsList.map((line) => html`<li>${line}</li>`)}</ul>`;
}

/** What stands between backticks is code. */
function withCode(text: string): Markup {
  const parts = text.split('`');
  return html`${parts.map((part, index) => (index % 2 === 1 ? html`<code>${part}</code>` : part))}`;
}
