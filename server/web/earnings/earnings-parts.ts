/** The parts of a creator's earnings, which are loaded together once a creator is signed in. */
import '../../../client-sdk/elements/theme/web-awesome.ts';
import './earnings-account.ts';
import './earnings-holds.ts';
import './earnings-papers.ts';
import './earnings-summary.ts';
