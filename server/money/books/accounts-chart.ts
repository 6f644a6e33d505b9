import type { AccountKind } from '../ledger/ledger.ts';

/** Number and name by kind of account. A number begins with three digits of the French plan comptable général. */
export type AccountsChart = Record<AccountKind, { number: string; name: string }>;

/** A house that keeps its books otherwise overrides it with the file named by `LOGE_ACCOUNTS_CHART`. */
export const ACCOUNTS_CHART: AccountsChart = {
  fan_wallet: { number: '419100', name: 'Clients - avances recues' },
  fan_promo: { number: '419800', name: 'Clients - credits offerts' },
  refund_payable: { number: '419700', name: 'Clients - remboursements a envoyer' },
  creator_pending: { number: '467100', name: 'Createurs - revenus retenus' },
  creator_available: { number: '467200', name: 'Createurs - revenus disponibles' },
  payout_payable: { number: '467300', name: 'Createurs - virements en cours' },
  charity: { number: '467400', name: 'Associations - parts a verser' },
  vat_payable: { number: '445710', name: 'TVA collectee' },
  provider_clearing: { number: '517000', name: 'Prestataire de paiement' },
  provider_reserve: { number: '517100', name: 'Prestataire de paiement - reserve' },
  provider_other: { number: '471000', name: "Prestataire de paiement - mouvements d'attente" },
  house_bank: { number: '512000', name: 'Banque' },
  disputes_open: { number: '416000', name: 'Clients - paiements contestes' },
  platform_revenue: { number: '706000', name: 'Commissions' },
  provider_fees: { number: '627800', name: 'Frais du prestataire de paiement' },
  promotion_cost: { number: '623400', name: 'Credits offerts aux clients' },
  chargeback_loss: { number: '654000', name: 'Pertes sur paiements contestes' },
  written_off: { number: '658000', name: 'Sommes abandonnees' },
};
