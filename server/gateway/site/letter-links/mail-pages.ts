/** The way out of each letter that one may unsubscribe from (RFC 8058), and in development the letters themselves. */
import type { Express } from 'express';
import type { KeptLetter } from '../../../accounts/mail/mail.ts';
import { UNSUBSCRIBE_PATH } from '../../../accounts/mail/unsubscribing.ts';
import { html } from '../../../platform/html.ts';
import { AppError } from '../../../protocol/errors.ts';
import type { HttpContext } from '../../context.ts';
import { page } from '../../http/html-pages.ts';
import { noStore } from '../../http/security.ts';
import type { HttpLimits } from '../../rate-limits.ts';
import { pageLanguage } from '../page-language.ts';
import { pageTexts } from '../texts/page-texts.ts';

/**
 * Mail programs open every link, so opening the page changes nothing. The link's token is what authorises: a mail
 * program's one click has no cookie and comes from no page of ours.
 */
export function mountUnsubscribing(app: Express, { mail, people }: HttpContext, limits: HttpLimits): void {
  const { unsubscribing } = mail;
  const parse = async (token: unknown) => {
    const link = unsubscribing.parse(String(token));
    if (!link) throw new AppError('not_found', 'This link is incomplete or no longer valid.');
    return { topic: link.topic, address: await people.addresses.followAddress(link.address, link.at) };
  };
  const path = `${UNSUBSCRIBE_PATH}/:token`;
  app.get(path, noStore, async (request, response) => {
    await limits.consume('site', { address: request.ip });
    const { address, topic } = await parse(request.params.token);
    const language = pageLanguage(request, response);
    const texts = pageTexts(language).links.unsubscribe;
    const body = html`<p>${texts.topics[topic]}. ${texts.text(address)}</p><form method="post"><button>${texts.button}</button></form>`;
    response.type('html').send(page(texts.title, body, { language }));
  });
  app.post(path, noStore, async (request, response) => {
    await limits.consume('site', { address: request.ip });
    const subscription = await parse(request.params.token);
    await unsubscribing.unsubscribe(subscription);
    const language = pageLanguage(request, response);
    const { topics, done, doneText } = pageTexts(language).links.unsubscribe;
    const body = html`<p>${topics[subscription.topic]}. ${doneText(subscription.address)}</p>`;
    response.type('html').send(page(done, body, { language }));
  });
}

/** Letters name codes and links that sign people in: in production this is not mounted. */
export function mountKeptLetters(app: Express, { config, mail }: HttpContext): void {
  if (!config.development) return;
  app.get('/dev/mail', noStore, async (request, response) => {
    const { to } = request.query;
    const messages = await mail.listKept(typeof to === 'string' ? to : undefined);
    if (request.accepts(['html', 'json']) === 'json') response.json({ messages });
    else response.type('html').send(page('Letters', html`<div class="text">${messages.map(letterEntry)}</div>`));
  });
}

function letterEntry({ to, subject, text, html: source, sentAt }: KeptLetter) {
  const frame = html`<iframe sandbox="allow-popups" title="${subject}" srcdoc="${source}" style="width: 100%; height: 26rem; border: 0; border-radius: var(--_radius-small);"></iframe>`;
  return html`<details><summary><strong>${subject}</strong><br>${to} · ${sentAt}</summary>${frame}<pre style="white-space: pre-wrap;">${text}</pre></details>`;
}
