import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Dac7Operator } from './dac7-message.ts';
import { type PlannedMessage, planMessages, type ReportedDocument, type SellerContent } from './dac7-plan.ts';

/** What a tax authority knows: one document about the house, and one about each seller. */
class Authority {
  readonly known = new Map<string | null, ReportedDocument>();

  /** Takes the messages of a report, as the OECD's guide lets an authority check them. */
  take(messages: PlannedMessage[]): void {
    for (const { type, house, sellers } of messages) {
      if (house.type !== 'OECD0') this.#apply(house);
      expect(this.known.get(null)?.id).toBe(house.id);
      for (const document of sellers) {
        expect(document.type === 'OECD1').toBe(type === 'DPI401');
        this.#apply(document);
      }
      expect(type === 'DPI403').toBe(house.type === 'OECD1' && sellers.length === 0);
    }
  }

  #apply({ ...document }: ReportedDocument): void {
    const before = this.known.get(document.creator);
    expect(document.corrects).toBe(document.type === 'OECD1' ? null : before?.id);
    expect(before === undefined).toBe(document.type === 'OECD1');
    if (document.type === 'OECD3') this.known.delete(document.creator);
    else this.known.set(document.creator, document);
  }
}

const contentOf = (consideration: number) => ({ quarters: [{ consideration }] }) as unknown as SellerContent;
const byCreator = (documents: ReportedDocument[]) => new Map(documents.map((each) => [each.creator, each]));
const operatorOf = (name: string) => ({ name }) as Dac7Operator;
const year = fc.record({
  operator: fc.constantFrom('Loge', 'Loge SAS'),
  sellers: fc.dictionary(fc.constantFrom('ada', 'bea', 'cem'), fc.integer({ min: 1, max: 3 })),
});

test('after each report the authority knows what is true, and nothing is reported twice', () => {
  fc.assert(
    fc.property(fc.array(year, { minLength: 1, maxLength: 8 }), (truths) => {
      const authority = new Authority();
      let current: ReportedDocument[] = [];
      for (const { operator, sellers } of truths) {
        const now = {
          operator: operatorOf(operator),
          sellers: new Map(Object.entries(sellers).map(([creator, sum]) => [creator, contentOf(sum)])),
          idPrefix: 'OP_2026_123456789',
        };
        const messages = planMessages({ current: byCreator(current), ...now });
        authority.take(messages);
        const sent = messages.flatMap(({ house, sellers: documents }) => [house, ...documents]);
        const fresh = sent.filter(({ type }) => type !== 'OECD0');
        current = [...current, ...fresh].filter(
          ({ id, type }) => type !== 'OECD3' && fresh.every(({ corrects }) => corrects !== id),
        );
        const { known } = authority;
        expect(known.get(null)?.content).toEqual({ operator: now.operator });
        expect([...known.keys()].filter((creator) => creator !== null).sort()).toEqual([...now.sellers.keys()].sort());
        for (const [creator, content] of now.sellers) expect(known.get(creator)?.content).toEqual(content);
        expect(planMessages({ current: byCreator(current), ...now })).toEqual([]);
      }
    }),
  );
});
