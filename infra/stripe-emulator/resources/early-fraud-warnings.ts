/** `/v1/radar/early_fraud_warnings`: read only; `warn_of_fraud` creates them. */
import type Stripe from 'stripe';
import { noSuch } from '../api/errors.ts';
import type { Operation } from '../api/operation.ts';
import { type Route, route } from '../api/route.ts';
import { newId } from '../random.ts';

type Warning = Stripe.Radar.EarlyFraudWarning;

export const earlyFraudWarningRoutes: readonly Route[] = [
  route(
    'GET',
    '/v1/radar/early_fraud_warnings/:id',
    'Radar.EarlyFraudWarningRetrieveParams',
    (operation, _parameters, id) => {
      const warning = operation.tx.get('early_fraud_warnings', id);
      if (warning === undefined) throw noSuch('early_fraud_warning', id);
      return { ...warning, actionable: isActionable(operation.must('charges', warning.charge as string)) };
    },
  ),
];

/** The issuer of the card reports a payment as fraud. It may do more, or nothing. */
export function warnOfFraud(operation: Operation, charge: Readonly<Stripe.Charge>): Warning {
  const warning: Warning = {
    id: newId('issfr'),
    object: 'radar.early_fraud_warning',
    actionable: isActionable(charge),
    charge: charge.id,
    created: operation.now,
    fraud_type: 'unauthorized_use_of_card',
    livemode: false,
    payment_intent: charge.payment_intent as string,
  };
  operation.tx.put('early_fraud_warnings', warning.id, warning);
  operation.emit('radar.early_fraud_warning.created', { object: warning });
  return warning;
}

function isActionable({ disputed, refunded }: Readonly<Stripe.Charge>): boolean {
  return !disputed && !refunded;
}
