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

export async function payCheckout(
  checkoutUrl: string,
  card: string = CARD.accepted,
  { save = false, country = 'FR' } = {},
): Promise<PaidPage> {
  const page = new URL(checkoutUrl);
  const response = await fetch(page, {
    method: 'POST',
    redirect: 'manual',
    headers: { 'content-type': 'application/x-www-form-urlencoded', origin: page.origin },
    body: new URLSearchParams({
      email: 'fan@example.com',
      cardNumber: card,
      cardExpiry: '12 / 34',
      cardCvc: '123',
      billingName: 'A. Fan',
      billingCountry: country,
      ...(save ? { savePaymentMethod: 'on' } : {}),
    }),
  });
  return { status: response.status, location: response.headers.get('location'), text: await response.text() };
}
