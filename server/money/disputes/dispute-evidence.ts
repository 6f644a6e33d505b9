/** Evidence for a dispute from our own records, in the fields that banks read. Pure. */

import type { Evidence } from './disputes.schema.ts';
import type { DisputeRow, PaymentRecords } from './disputes.store.ts';

/** The provider's limit for one field. */
const FIELD_CHARS = 20_000;

export function gatherEvidence(row: DisputeRow, records: PaymentRecords, note: string | undefined): Evidence {
  const format = new Intl.NumberFormat('en', { style: 'currency', currency: row.currency });
  const minorUnits = 10 ** (format.resolvedOptions().maximumFractionDigits ?? 2);
  const textOf = (amountMinor: number) => format.format(amountMinor / minorUnits);
  const amount = textOf(row.amountMinor);
  const what =
    row.sourceType === 'ticket' && records.roomTitle
      ? `Ticket for the live event "${records.roomTitle}" (${row.sourceId})`
      : `${records.description ?? 'Prepaid credit'} (${row.sourceId})`;
  const log = [
    records.paidAt && `${records.paidAt} paid ${amount} on the payment page as ${row.identity}`,
    records.accessGrantedAt && `${records.accessGrantedAt} access to the live event was given at once`,
    records.liveStartedAt && `${records.liveStartedAt} the live event began`,
    records.usedAt && `${records.usedAt} ${row.identity} was inside while the live event was on`,
    ...(row.sourceType === 'topup'
      ? records.spending.map(
          ({ kind, amountMinor, at, room }) =>
            `${at} spent ${textOf(amountMinor)} on a ${kind.replace('_', ' ')} in "${room}"`,
        )
      : []),
  ].filter((line): line is string => typeof line === 'string');
  const evidence: Evidence = {
    ...(records.payerName ? { customer_name: records.payerName } : {}),
    product_description: `Digital service, delivered online. ${what}, ${amount}.`,
    ...(records.accessGrantedAt || records.paidAt
      ? { service_date: (records.accessGrantedAt ?? records.paidAt ?? '').slice(0, 10) }
      : {}),
    ...(log.length > 0 ? { access_activity_log: log.join('\n') } : {}),
    ...(note ? { uncategorized_text: note } : {}),
  };
  return Object.fromEntries(
    Object.entries(evidence).map(([field, text]) => [field, text.slice(0, FIELD_CHARS)]),
  ) as Evidence;
}
