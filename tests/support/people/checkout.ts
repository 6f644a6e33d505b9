/** Pays on the emulator's page like a browser without scripts: posts the form, follows no redirect. */
export const CARD = {
  accepted: '4242 4242 4242 4242',
  declined: '4000 0000 0000 0002',
} as const;

export interface PaidPage {
  status: number;
  /** The page's redirect on success. */
  location: string | null;
  /** The page's text otherwise. */
  text: string;
}

/** Where the bank asks who pays, the payer confirms. */
export async function payCheckout(
  checkoutUrl: string,
  card: string = CARD.accepted,
  { save = false, country = 'FR' } = {},
): Promise<PaidPage> {
  const page = new URL(checkoutUrl);
  const paid = await post(page, {
    email: 'fan@example.com',
    cardNumber: card,
    cardExpiry: '12 / 34',
    cardCvc: '123',
    billingName: 'A. Fan',
    billingCountry: country,
    ...(save ? { savePaymentMethod: 'on' } : {}),
  });
  const isAsked = paid.location?.includes('/authenticate/');
  return isAsked ? post(new URL(paid.location ?? '', page), { verdict: 'complete' }) : paid;
}

async function post(page: URL, fields: Record<string, string>): Promise<PaidPage> {
  const response = await fetch(page, {
    method: 'POST',
    redirect: 'manual',
    headers: { 'content-type': 'application/x-www-form-urlencoded', origin: page.origin },
    body: new URLSearchParams(fields),
  });
  return { status: response.status, location: response.headers.get('location'), text: await response.text() };
}
