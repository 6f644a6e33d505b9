/** The parts of a creator's earnings, which are loaded together once a creator is signed in. */
import './earnings-account.ts';
import './earnings-business.ts';
import './earnings-holds.ts';
import './earnings-papers.ts';
import './earnings-payouts.ts';
import './earnings-pledge.ts';
import './earnings-self-billing.ts';
import './earnings-summary.ts';
