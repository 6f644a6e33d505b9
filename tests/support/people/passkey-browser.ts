/** A browser of a person of the house who has an authenticator at hand. */
import type { PasskeyProof } from '../../../server/protocol/accounts/passkeys.ts';
import type { Reply } from '../houses/http.ts';
import { SiteBrowser } from './site-browser.ts';
import type { SoftwareAuthenticator } from './software-authenticator.ts';

export class PasskeyBrowser extends SiteBrowser {
  async add(authenticator: SoftwareAuthenticator): Promise<Reply> {
    const { json: options } = await this.call('POST', '/site/passkeys/new');
    // Refused before there is anything to sign.
    if (!options.challenge) return { status: 0, headers: new Headers(), text: '', json: options };
    return this.call('POST', '/site/passkeys', authenticator.create(options));
  }

  async challenge(): Promise<{ challenge: string; allowCredentials: { id: string }[] }> {
    return (await this.call('POST', '/site/passkeys/challenge')).json;
  }

  send(proof: PasskeyProof): Promise<Reply> {
    return this.call('POST', '/site/passkeys/sign-in', proof);
  }

  async touch(authenticator: SoftwareAuthenticator): Promise<Reply> {
    return this.send(authenticator.sign(await this.challenge()));
  }

  async passkeys(): Promise<{ id: string; name: string; lastUsedAt: string | null }[]> {
    return (await this.call('GET', '/v1/me/passkeys')).json.passkeys;
  }
}
