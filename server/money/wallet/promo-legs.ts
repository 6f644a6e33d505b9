/** The promotional part of sales: divides a payment between a fan's two accounts, and returns refunds to both. Pure. */
import { type Account, accountId, fanPromo, type Leg, moneyLeftOf, reversalLegs } from '../ledger/ledger.ts';

/** Divides the payer's leg: promotional credit first, as far as it goes. */
export function payWithPromo(legs: Leg[], payment: { payer: Account; promoMinor: number }): Leg[] {
  const { payer, promoMinor } = payment;
  if (promoMinor <= 0) return legs;
  const payerId = accountId(payer);
  const promo = fanPromo(payer.owner, payer.currency);
  return legs.flatMap((leg) => {
    if (accountId(leg.account) !== payerId) return [leg];
    const part = Math.min(promoMinor, -leg.amountMinor);
    const divided = [
      { account: promo, amountMinor: -part },
      { account: payer, amountMinor: leg.amountMinor + part },
    ];
    return divided.filter(({ amountMinor }) => amountMinor !== 0);
  });
}

/**
 * Legs that return `amountMinor` of a sale to the fan. Promotional credit returns as such and the rest to the wallet,
 * in proportion over all returns together, so each account gets back exactly what it gave once all is returned. A lost
 * dispute took money, which the bank returns, so no more than the remaining money goes to the wallet.
 */
export function returnLegs(giving: { original: Leg[]; earlier?: Leg[]; wallet: Account; amountMinor: number }): Leg[] {
  const { original, earlier = [], wallet, amountMinor } = giving;
  const promo = fanPromo(wallet.owner, wallet.currency);
  const paidPromo = -sumOn(original, promo);
  const asOne = (legs: Leg[]) =>
    legs.map((leg) => (accountId(leg.account) === accountId(promo) ? { ...leg, account: wallet } : leg));
  const legs = reversalLegs({
    original: asOne(original),
    payer: wallet,
    to: wallet,
    amountMinor,
    earlier: asOne(earlier),
  });
  if (paidPromo === 0) return legs;
  const gross = BigInt(paidPromo - sumOn(original, wallet));
  const returnedPromo = sumOn(earlier, promo);
  const returned = BigInt(returnedPromo + sumOn(earlier, wallet) + amountMinor);
  const promoPart = Number((BigInt(paidPromo) * returned) / gross) - returnedPromo;
  const moneyPart = Math.min(amountMinor - promoPart, moneyLeftOf({ legs: original, earlier }));
  const parts = [
    { account: promo, amountMinor: amountMinor - moneyPart },
    { account: wallet, amountMinor: moneyPart },
  ].filter((leg) => leg.amountMinor !== 0);
  return [...parts, ...legs.filter((leg) => accountId(leg.account) !== accountId(wallet))];
}

function sumOn(legs: Leg[], account: Account): number {
  const id = accountId(account);
  return legs.reduce((sum, leg) => (accountId(leg.account) === id ? sum + leg.amountMinor : sum), 0);
}
