/** Stripe's test cards: their numbers, their names in the API, and their behaviour. */
import type { CardBehaviour } from '../store/records.ts';

export interface TestCard extends Partial<CardBehaviour> {
  number: string;
  /** `pm_card_…` of the API. */
  names: readonly string[];
  country?: string;
}

const declined = (declineCode: string) => ({ code: 'card_declined', declineCode });
const refused = (code: string) => ({ code, declineCode: code });

const GOOD_CARDS: readonly TestCard[] = [
  { number: '4242424242424242', names: ['pm_card_visa'] },
  { number: '4000056655665556', names: ['pm_card_visa_debit'] },
  { number: '5555555555554444', names: ['pm_card_mastercard'] },
  { number: '5200828282828210', names: ['pm_card_mastercard_debit'] },
  { number: '378282246310005', names: ['pm_card_amex'] },
  { number: '6011111111111117', names: ['pm_card_discover'] },
  { number: '4000002500001001', names: ['pm_card_fr'], country: 'FR' },
  { number: '4000002760000016', names: ['pm_card_de'], country: 'DE' },
  { number: '4000007240000007', names: ['pm_card_es'], country: 'ES' },
  { number: '4000003800000008', names: ['pm_card_it'], country: 'IT' },
  { number: '4000007560000009', names: ['pm_card_ch'], country: 'CH' },
  { number: '4000000000000077', names: ['pm_card_bypassPending'], isAvailableAtOnce: true },
  { number: '4000000000007726', names: ['pm_card_pendingRefund'], refund: 'pending' },
  { number: '4000000000005126', names: ['pm_card_refundFail'], refund: 'fails_later' },
];

const DECLINED_CARDS: readonly TestCard[] = [
  {
    number: '4000000000000002',
    names: ['pm_card_visa_chargeDeclined', 'pm_card_chargeDeclined'],
    decline: declined('generic_decline'),
  },
  {
    number: '4000000000009995',
    names: ['pm_card_visa_chargeDeclinedInsufficientFunds', 'pm_card_chargeDeclinedInsufficientFunds'],
    decline: declined('insufficient_funds'),
  },
  { number: '4000000000009987', names: ['pm_card_visa_chargeDeclinedLostCard'], decline: declined('lost_card') },
  { number: '4000000000009979', names: ['pm_card_visa_chargeDeclinedStolenCard'], decline: declined('stolen_card') },
  { number: '4000000000000069', names: ['pm_card_chargeDeclinedExpiredCard'], decline: refused('expired_card') },
  { number: '4000000000000127', names: ['pm_card_chargeDeclinedIncorrectCvc'], decline: refused('incorrect_cvc') },
  {
    number: '4000000000000119',
    names: ['pm_card_chargeDeclinedProcessingError'],
    decline: refused('processing_error'),
  },
];

/** Cards that differ in how they pay once they are saved. */
const SAVED_CARDS: readonly TestCard[] = [
  {
    number: '4000000000000341',
    names: ['pm_card_chargeCustomerFail'],
    decline: declined('generic_decline'),
    isSavedFirst: true,
  },
  {
    number: '4000002500003155',
    names: ['pm_card_authenticationRequiredOnSetup'],
    authentication: 'unless_set_up',
  },
  { number: '4000002760003184', names: ['pm_card_authenticationRequired'], authentication: 'always' },
  { number: '4000000000003220', names: ['pm_card_threeDSecure2Required'], authentication: 'always' },
  {
    number: '4000003800000446',
    names: ['pm_card_authenticationRequiredSetupForOffSession'],
    authentication: 'on_session',
  },
  {
    number: '4000008260003178',
    names: ['pm_card_authenticationRequiredChargeDeclinedInsufficientFunds'],
    authentication: 'unless_set_up',
    decline: declined('insufficient_funds'),
    isSavedFirst: true,
  },
  {
    number: '4000008400001629',
    names: ['pm_card_threeDSecureRequiredChargeDeclined'],
    authentication: 'always',
    decline: declined('generic_decline'),
    isSavedFirst: true,
  },
];

const DISPUTED_CARDS: readonly TestCard[] = [
  { number: '4000000000000259', names: ['pm_card_createDispute'], dispute: 'fraudulent' },
  { number: '4000000000002685', names: ['pm_card_createDisputeProductNotReceived'], dispute: 'product_not_received' },
  { number: '4000000000001976', names: ['pm_card_createDisputeInquiry'], dispute: 'inquiry' },
];

export const TEST_CARDS: readonly TestCard[] = [...GOOD_CARDS, ...DECLINED_CARDS, ...SAVED_CARDS, ...DISPUTED_CARDS];
