/** What the house writes itself; the footer links those that it has. */
export const HOUSE_PAGES = ['terms', 'privacy', 'imprint', 'contact'] as const;
export type HousePage = (typeof HOUSE_PAGES)[number];
/** What the footer may link, in this order. */
export const FOOTER_PAGES = ['charter', 'committee', 'transparency', ...HOUSE_PAGES] as const;
export type FooterPage = (typeof FOOTER_PAGES)[number];
