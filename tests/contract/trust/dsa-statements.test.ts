/**
 * The export of statements against the schema of the DSA Transparency Database, written down here from its API
 * documentation and the rules of its published source (`StatementStoreRequest`, read in December 2026), not from our
 * code.
 */
import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { DATABASES } from '../../support/databases/databases.ts';
import { ReviewHouse } from '../../support/houses/review-house.ts';

const day = z.iso.date().refine((date) => date >= '2020-01-01' && date <= '2038-01-01');
const text = (maxChars: number) => z.string().min(1).max(maxChars);
const COUNTRIES = [
  ...['AT', 'BE', 'BG', 'CY', 'CZ', 'DE', 'DK', 'EE', 'ES', 'FI', 'FR', 'GR', 'HR', 'HU', 'IE', 'IS', 'IT', 'LI'],
  ...['LT', 'LU', 'LV', 'MT', 'NL', 'NO', 'PL', 'PT', 'RO', 'SE', 'SI', 'SK'],
];
const prefixed = (prefix: string, names: string) => z.enum(names.split(' ').map((name) => `${prefix}_${name}`));

const statement = z
  .strictObject({
    decision_visibility: z
      .array(
        prefixed(
          'DECISION_VISIBILITY',
          'CONTENT_REMOVED CONTENT_DISABLED CONTENT_DEMOTED CONTENT_AGE_RESTRICTED CONTENT_INTERACTION_RESTRICTED CONTENT_LABELLED OTHER',
        ),
      )
      .min(1)
      .optional(),
    decision_monetary: prefixed('DECISION_MONETARY', 'SUSPENSION TERMINATION OTHER').optional(),
    decision_monetary_other: text(500).optional(),
    decision_provision: prefixed(
      'DECISION_PROVISION',
      'PARTIAL_SUSPENSION TOTAL_SUSPENSION PARTIAL_TERMINATION TOTAL_TERMINATION',
    ).optional(),
    decision_account: prefixed('DECISION_ACCOUNT', 'SUSPENDED TERMINATED').optional(),
    decision_ground: prefixed('DECISION_GROUND', 'ILLEGAL_CONTENT INCOMPATIBLE_CONTENT'),
    decision_ground_reference_url: z.url().max(500).optional(),
    illegal_content_legal_ground: text(500).optional(),
    illegal_content_explanation: text(2000).optional(),
    incompatible_content_ground: text(500).optional(),
    incompatible_content_explanation: text(2000).optional(),
    content_type: z.array(prefixed('CONTENT_TYPE', 'APP AUDIO IMAGE PRODUCT SYNTHETIC_MEDIA TEXT VIDEO OTHER')).min(1),
    content_type_other: text(500).optional(),
    category: prefixed(
      'STATEMENT_CATEGORY',
      'ANIMAL_WELFARE CONSUMER_INFORMATION CYBER_VIOLENCE CYBER_VIOLENCE_AGAINST_WOMEN DATA_PROTECTION_AND_PRIVACY_VIOLATIONS ILLEGAL_OR_HARMFUL_SPEECH INTELLECTUAL_PROPERTY_INFRINGEMENTS NEGATIVE_EFFECTS_ON_CIVIC_DISCOURSE_OR_ELECTIONS NOT_SPECIFIED_NOTICE OTHER_VIOLATION_TC PROTECTION_OF_MINORS RISK_FOR_PUBLIC_SECURITY SCAMS_AND_FRAUD SELF_HARM UNSAFE_AND_PROHIBITED_PRODUCTS VIOLENCE',
    ),
    territorial_scope: z.array(z.enum(COUNTRIES)).min(1),
    content_date: day,
    application_date: day,
    end_date_account_restriction: day.optional(),
    end_date_service_restriction: day.optional(),
    decision_facts: text(5000),
    source_type: z.enum([
      'SOURCE_ARTICLE_16',
      'SOURCE_TRUSTED_FLAGGER',
      'SOURCE_TYPE_OTHER_NOTIFICATION',
      'SOURCE_VOLUNTARY',
    ]),
    automated_detection: z.enum(['Yes', 'No']),
    automated_decision: prefixed('AUTOMATED_DECISION', 'FULLY PARTIALLY NOT_AUTOMATED'),
    puid: z
      .string()
      .max(500)
      .regex(/^[a-zA-Z0-9-_]+$/),
  })
  .refine((it) => it.decision_visibility ?? it.decision_monetary ?? it.decision_provision ?? it.decision_account)
  .refine((it) => (it.decision_monetary === 'DECISION_MONETARY_OTHER') === (it.decision_monetary_other !== undefined))
  .refine((it) => it.content_type.includes('CONTENT_TYPE_OTHER') === (it.content_type_other !== undefined))
  .refine((it) => {
    const isIllegal = it.decision_ground === 'DECISION_GROUND_ILLEGAL_CONTENT';
    const illegal = [it.illegal_content_legal_ground, it.illegal_content_explanation];
    const incompatible = [it.incompatible_content_ground, it.incompatible_content_explanation];
    const [needed, refused] = isIllegal ? [illegal, incompatible] : [incompatible, illegal];
    return needed.every((each) => each !== undefined) && refused.every((each) => each === undefined);
  });

describe.each(DATABASES)('statements for the DSA Transparency Database on $name', ({ open }) => {
  test('have its shape, one for each decision with measures, and nothing of people or of what was written to them', async () => {
    await using db = await open();
    const house = await ReviewHouse.create(db, { env: { LOGE_TIME_ZONE: 'Europe/Paris' } });
    const { decisions, dsaStatements, reports } = house.domains;
    const room = await house.createRoom({ kind: 'ticket', priceMinor: 500 });
    const message = await house.say(room, 'max', 'Max is a fool.');
    const reasons = 'You wrote that Max is a fool.';
    const ofMessage = await house.report(room, 'lea', { subject: { kind: 'message', id: message }, category: 'hate' });
    // One in the last hour of the month in Paris, and one after it.
    house.clock.advance(Date.parse('2026-05-31T21:30:00Z') - house.clock.now());
    await decisions.decide('rev-1', ofMessage, {
      ...{ ground: { article: 'conduct', version: 1 }, reasons, language: 'en', automated: true },
      measures: [{ kind: 'remove_message' }, { kind: 'mute', until: '2026-06-30T22:30:00Z' }],
    });
    house.clock.advance(60 * 60_000);
    const about = { subject: { kind: 'live' }, category: 'illegal' } as const;
    const order = await reports.fileOrder('op', { room, ...about, authority: 'A court', legalGround: 'L335-2' });
    await decisions.stop('rev-1', order);
    await decisions.decide('rev-2', order, {
      ...{ ground: { law: 'Code pénal, 226-1' }, reasons, language: 'fr', automated: false },
      measures: [
        { kind: 'stop_live' },
        { kind: 'suspend_account' },
        { kind: 'freeze_earnings' },
        { kind: 'refund_room' },
      ],
    });
    const person = await house.report(room, 'lea', { subject: { kind: 'person', id: 'max' }, category: 'spam' });
    await house.decide(person, []);

    const read = async (period: string) => {
      const lines: object[] = [];
      for await (const page of dsaStatements.read(period)) lines.push(...page);
      return lines.map((line) => statement.parse(line));
    };
    const [may, june, quarter] = [await read('2026-05'), await read('2026-06'), await read('2026-Q2')];
    expect([may.length, june.length, quarter]).toEqual([1, 2, [...may, ...june]]);
    expect(may[0]).toMatchObject({
      decision_visibility: ['DECISION_VISIBILITY_CONTENT_REMOVED'],
      decision_provision: 'DECISION_PROVISION_PARTIAL_SUSPENSION',
      ...{ application_date: '2026-05-31', content_date: '2026-05-04', end_date_service_restriction: '2026-07-01' },
      ...{ category: 'STATEMENT_CATEGORY_ILLEGAL_OR_HARMFUL_SPEECH', source_type: 'SOURCE_ARTICLE_16' },
      ...{ automated_detection: 'Yes', automated_decision: 'AUTOMATED_DECISION_PARTIALLY' },
    });
    expect(june[1]).toMatchObject({
      decision_visibility: ['DECISION_VISIBILITY_CONTENT_DISABLED'],
      ...{ decision_account: 'DECISION_ACCOUNT_SUSPENDED', decision_monetary: 'DECISION_MONETARY_OTHER' },
      ...{ illegal_content_legal_ground: 'Code pénal, 226-1', source_type: 'SOURCE_TYPE_OTHER_NOTIFICATION' },
      ...{ application_date: '2026-06-01', automated_decision: 'AUTOMATED_DECISION_NOT_AUTOMATED' },
    });
    const exported = JSON.stringify(quarter);
    for (const secret of ['fool', 'max', 'lea', 'ada', 'rev-1', 'A court', room, message])
      expect(exported).not.toContain(secret);
    await house.close();
  });
});
