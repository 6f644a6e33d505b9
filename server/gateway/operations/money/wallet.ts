import { walletContract } from '../../../protocol/operations/money/wallet.ts';
import { implement } from '../operation.ts';

export const walletOperations = implement(walletContract, {
  getWallet: ({ money }, { caller }) => money.wallets.get(caller.identity),
  createTopup: ({ money }, { caller: { identity, name }, input, locale }) =>
    money.topups.topUp({ identity, name, locale, ...input }),
  'money:confirmCheckout': async ({ money }, { input: { checkoutSession } }) => {
    const { status } = await money.confirmCheckout(checkoutSession);
    return { status };
  },
  listCards: async ({ money }, { caller }) => ({ cards: await money.cards.list(caller.identity) }),
  removeCard: async ({ money }, { caller, params: { card } }) => ({
    cards: await money.cards.remove(caller.identity, card),
  }),
  getWalletHistory: ({ money }, { caller, input }) => money.wallets.listEntries(caller.identity, input),
  listCardPayments: ({ money }, { caller, input }) => money.ownPayments.listByCard(caller.identity, input),
  getReceipt: ({ money }, { by, caller, params: { payment } }) =>
    money.receipts.get(payment, by === 'operator' ? undefined : caller.identity),
  listOwnTickets: async ({ money }, { caller }) => ({ tickets: await money.withdrawals.listTickets(caller.identity) }),
  getBillingName: async ({ money }, { caller }) => ({ name: await money.invoices.getBillingName(caller.identity) }),
  setBillingName: async ({ money }, { caller, input: { name } }) => {
    await money.invoices.setBillingName(caller.identity, name);
    return { name };
  },
  listWithdrawable: async ({ money }, { caller }) => ({ contracts: await money.withdrawals.list(caller.identity) }),
  withdraw: ({ money }, { caller, input }) => money.withdrawals.withdraw(input.item, caller.identity),
});
