/** `<account-profile>`: name, handle and language. Before there is a name, the name alone. */
import { defineElement } from '../../../client-sdk/elements/room/room-part.ts';
import { parseLanguage } from '../../../client-sdk/elements/texts/language.ts';
import type { Profile, ProfileChange } from '../../protocol/accounts/people.ts';
import { LANGUAGE_CODES, LANGUAGES } from '../../protocol/languages.ts';
import * as LIMITS from '../../protocol/limits.ts';
import type { Field, Values } from '../site/page-part.ts';
import { call } from '../site/site-call.ts';
import { AccountPart } from './account-part.ts';

export class AccountProfile extends AccountPart<Profile> {
  protected override show(profile: Profile): unknown {
    const texts = this.accountTexts;
    const isNew = profile.name === null;
    const form = this.form({
      fields: [
        {
          name: 'name',
          label: texts.name,
          hint: texts.nameHint,
          testId: 'account-name',
          value: profile.name,
          maxChars: LIMITS.nameChars,
          isRequired: true,
          autocomplete: 'nickname',
        },
        ...(isNew ? [] : this.#more(profile)),
      ],
      submit: { label: isNew ? texts.goOn : texts.save, testId: 'account-save' },
      send: async (values) => this.announce(await call('PATCH /v1/me', changeOf(profile, values))),
      done: () => (isNew ? '' : texts.saved),
    });
    return isNew ? form : this.section('profile', { title: texts.profile }, form);
  }

  #more({ handle, language, about, role, mail }: Profile): Field[] {
    const texts = this.accountTexts;
    const isCreator = role === 'creator';
    return [
      {
        name: 'handle',
        label: texts.handle,
        hint: isCreator ? texts.creatorHandleHint : texts.handleHint,
        testId: 'account-handle',
        value: handle,
        minChars: LIMITS.handleMinChars,
        maxChars: LIMITS.handleMaxChars,
        autocomplete: 'username',
        isVerbatim: true,
      },
      ...(isCreator
        ? [
            {
              name: 'about',
              label: texts.about,
              hint: texts.aboutHint,
              testId: 'account-about',
              kind: 'area' as const,
              value: about,
              rows: 5,
              maxChars: LIMITS.aboutChars,
            },
          ]
        : []),
      {
        name: 'language',
        label: texts.language,
        testId: 'account-language',
        kind: 'select',
        value: language,
        options: LANGUAGE_CODES.map((code) => ({ value: code, label: LANGUAGES[code].name, lang: code })),
      },
      { name: 'lives', label: texts.mailLives, testId: 'account-mail-lives', kind: 'check', value: mail.lives },
    ];
  }
}

/** Only what was edited: the profile may have changed elsewhere since the page was opened. */
export function changeOf(profile: Profile, values: Values): ProfileChange {
  const change: ProfileChange = {};
  const name = values('name');
  if (name !== profile.name) change.name = name;
  if (profile.name === null) return change;
  const handle = values('handle').toLowerCase() || null;
  if (handle !== profile.handle) change.handle = handle;
  const language = parseLanguage(values('language')) ?? profile.language;
  if (language !== profile.language) change.language = language;
  const lives = values('lives') === 'on';
  if (lives !== profile.mail.lives) change.mail = { lives };
  const about = values('about');
  if (profile.role === 'creator' && about !== profile.about) change.about = about;
  return change;
}

defineElement('account-profile', AccountProfile);
