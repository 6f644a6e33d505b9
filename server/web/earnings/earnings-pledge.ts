/** `<earnings-pledge>`: the share of a creator's part that goes to an association, from the next sale on. */
import { nothing } from 'lit';
import { defineElement } from '../../../client-sdk/elements/room/room-part.ts';
import type { Association, Pledge } from '../../protocol/money/pricing.ts';
import { PagePart } from '../site/page-part.ts';
import { parsePercent } from '../site/percent.ts';
import { call } from '../site/site-call.ts';

interface Given {
  pledge: Pledge | null;
  associations: Association[];
}

const BPS = 10_000;

export class EarningsPledge extends PagePart<Given> {
  protected override read = async () => {
    const [{ pledge }, { associations }] = await Promise.all([
      call('GET /v1/earnings/pledge'),
      call('GET /v1/associations'),
    ]);
    return { pledge, associations };
  };

  protected override isHidden({ associations }: Given): boolean {
    return associations.length === 0;
  }

  protected override show({ pledge, associations }: Given): unknown {
    const texts = this.words.earnings.pledge;
    const isGiving = pledge !== null && pledge.shareBps > 0;
    const share = (bps: number) =>
      new Intl.NumberFormat(this.language, { style: 'percent', maximumFractionDigits: 2 }).format(bps / BPS);
    const form = this.form({
      fields: [
        {
          ...{ name: 'association', label: texts.association, testId: 'pledge-association', kind: 'select' },
          options: associations.map(({ id, name }) => ({ value: id, label: name })),
          value: pledge?.association.id ?? associations[0]?.id ?? '',
        },
        {
          ...{ name: 'percent', label: texts.percent, hint: texts.percentHint, testId: 'pledge-percent' },
          ...{ inputMode: 'decimal', value: isGiving ? String(pledge.shareBps / 100) : '' },
        },
      ],
      submit: { label: texts.save, testId: 'pledge-save', look: 'outlined' },
      faults: (values) => ({ percent: parsePercent(values('percent')) === undefined && texts.percentInvalid }),
      send: async (values) => {
        const shareBps = parsePercent(values('percent')) ?? 0;
        await call('PUT /v1/earnings/pledge', { association: values('association'), shareBps });
        await this.reload();
      },
      done: () => texts.saved,
    });
    const now = isGiving ? texts.now(share(pledge.shareBps), pledge.association.name) : texts.text;
    return this.section('pledge', { title: texts.title, text: now }, form ?? nothing);
  }
}

defineElement('earnings-pledge', EarningsPledge);
