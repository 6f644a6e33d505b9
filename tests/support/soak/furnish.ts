/** Creates the initial data: creators with tiers, a free and a private room each, and associations. */
import type { SoakApp } from './soak-house.ts';
import type { SoakWorld } from './soak-world.ts';

export async function furnish(app: SoakApp, world: SoakWorld, { creators }: { creators: number }): Promise<void> {
  for (const id of ['red-cross', 'sos']) await app.money.pricing.addAssociation({ id, name: id, country: 'FR' });
  for (let index = 0; index < creators; index += 1) {
    const creator = `creator-${index}`;
    await app.accounts.createCreator({ identity: creator, name: 'Ada', country: 'FR' });
    world.creators.push(creator);
    for (const [name, priceMinor, interval] of [
      ['Silver', 500, 'month'],
      ['Gold', 1_500, 'month'],
      ['Year', 9_000, 'year'],
    ] as const) {
      world.tiers.push(await app.rooms.clubs.createTier(creator, { name, priceMinor, interval }));
    }
    world.free.push(await app.rooms.createRoom({ creator, title: 'A talk', access: { kind: 'free' } }));
    const access = { kind: 'private', ratePerMinuteMinor: 120 + 60 * index } as const;
    world.privateRooms.push(await app.rooms.createRoom({ creator, title: 'In private', access }));
  }
}
