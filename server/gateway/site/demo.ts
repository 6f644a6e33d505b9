/**
 * The people and rooms of the demo, in development only. Fans have no credit: they top up with a test card like
 * everyone.
 */
import type { Config } from '../../config.ts';
import type { Creator } from '../../protocol/accounts/accounts.ts';
import type { DemoPerson, SitePerson } from '../../protocol/site.ts';
import { EXAMPLE_CHARTER } from '../../trust/charter/example-charter.ts';
import type { HttpContext } from '../context.ts';

const DEMO_CREATORS = [
  { identity: 'camille', name: 'Camille Aubry', country: 'FR' },
  { identity: 'noah', name: 'Noah Lindqvist', country: 'SE' },
] as const satisfies Omit<Creator, 'createdAt'>[];

/** Seeded with the role. */
export const DEMO_OPERATOR = 'operator';
/** Seeded with the role; two, because an appeal goes to another one than who decided. */
const DEMO_REVIEWERS: readonly string[] = ['alix', 'sacha'];

export const DEMO_PEOPLE: readonly SitePerson[] = [
  ...DEMO_CREATORS.map(({ identity, name }) => ({ identity, name, role: 'creator' as const })),
  { identity: 'lea', name: 'Léa', role: 'fan' },
  { identity: 'malik', name: 'Malik', role: 'fan' },
  { identity: 'ines', name: 'Inès', role: 'fan' },
  { identity: 'tom', name: 'Tom', role: 'fan' },
  { identity: DEMO_OPERATOR, name: 'La maison', role: 'fan' },
  { identity: 'alix', name: 'Alix', role: 'fan' },
  { identity: 'sacha', name: 'Sacha', role: 'fan' },
];

/** Whom one can sign in as; undefined in production. */
export function demoPeopleOf({ development }: Config): DemoPerson[] | undefined {
  if (!development) return undefined;
  return DEMO_PEOPLE.map((person) => ({
    ...person,
    isOperator: person.identity === DEMO_OPERATOR,
    isReviewer: DEMO_REVIEWERS.includes(person.identity),
  }));
}

/** Where the mail of a demo person goes, which development shows at `/dev/mail`. */
export function demoAddress(identity: string): string {
  return `${identity}@demo.example`;
}

/** Idempotent. */
export async function seedPerson(
  { people, roles }: Pick<HttpContext, 'people' | 'roles'>,
  { identity: id, name }: SitePerson,
): Promise<void> {
  await people.seed({ id, name, address: demoAddress(id) });
  if (id === DEMO_OPERATOR) await roles.give({ person: id, role: 'operator', by: 'demo' });
  if (DEMO_REVIEWERS.includes(id)) await roles.give({ person: id, role: 'reviewer', by: 'demo' });
}

const DEMO_TICKET_MINOR = 500;

/**
 * Creates the demo's creators if they are missing, its rooms if there are none, and the example charter if there was
 * never any. Nobody has accepted it: like everyone, the demo's creators are asked when they first go live.
 */
export async function seedDemo(context: HttpContext): Promise<void> {
  const { config, accounts, roles, rooms, charter } = context;
  if (!config.development) return;
  if (config.exampleCharter) await charter.seed(EXAMPLE_CHARTER, 'example');
  for (const person of DEMO_PEOPLE) await seedPerson(context, person);
  for (const creator of DEMO_CREATORS) {
    await accounts.createCreator(creator);
    await roles.give({ person: creator.identity, role: 'creator', by: creator.identity });
  }
  if ((await rooms.listRooms({ limit: 1 })).length > 0) return;
  await rooms.createRoom({
    creator: 'noah',
    title: 'Open studio: writing the last song',
    access: { kind: 'free' },
    listed: true,
  });
  await rooms.createRoom({
    creator: 'camille',
    title: 'Répétition à huis clos',
    access: { kind: 'ticket', priceMinor: DEMO_TICKET_MINOR },
    listed: true,
  });
}
