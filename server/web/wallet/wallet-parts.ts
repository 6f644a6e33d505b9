/** The parts of the wallet, which are loaded together once somebody is signed in. */
import '../../../client-sdk/elements/money/topup-form.ts';
import './wallet-billing.ts';
import './wallet-cards.ts';
import './wallet-history.ts';
import './wallet-memberships.ts';
import './wallet-tickets.ts';
import './wallet-withdrawals.ts';
