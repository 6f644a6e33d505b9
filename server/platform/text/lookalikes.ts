/**
 * Characters that look like Latin letters, selected from the confusables of UTS #39 by what keyboards offer. Case,
 * diacritics, full-width, mathematical and circled forms are not listed: Unicode normalisation handles them.
 */

const table = (pairs: string): Record<string, string> =>
  Object.fromEntries(
    pairs
      .trim()
      .split(/\s+/)
      .flatMap((group) => {
        const [letter = '', characters = ''] = group.split(':');
        return [...characters].map((character) => [character, letter]);
      }),
  );

/** Always read as the Latin letter. */
export const COMMON_LOOKALIKES: Record<string, string> = table(`
  a:аɑαᴀ𝛂Ꭺ ae:æᴁ b:ВΒʙᏴƀ c:сϲᴄⅽᏟ d:ԁđᴅⅾðɖᎠ e:еҽᴇєΕЕɛəᎬ f:ƒꜰ g:ɡɢցᏀ h:һհʜΗНᎻħ i:іıɪιΙӏїᎥ j:јϳᴊᎫ k:κᴋΚКкᏦ
  l:ӏłʟⅼǀ| m:ᴍΜМⅿᎷ n:ոɴΝᴨŋ o:оοօᴏσøᎤ oe:œ p:рρᴘΡᏢ q:ԛգ r:ʀᎡ s:ѕꜱʂᏚ ss:ß t:ᴛΤТτŧᎢ th:þ u:υսᴜ v:νѵᴠⅴᏙ w:ԝωᴡաᎳ
  x:хχⅹΧ y:уүγʏΥҮ z:ᴢʐΖᏃ
  a:🅰 b:🅱 c:🅲 d:🅳 e:🅴 f:🅵 g:🅶 h:🅷 i:🅸 j:🅹 k:🅺 l:🅻 m:🅼 n:🅽 o:🅾 p:🅿 q:🆀 r:🆁 s:🆂 t:🆃 u:🆄 v:🆅 w:🆆 x:🆇 y:🆈 z:🆉
  a:🇦 b:🇧 c:🇨 d:🇩 e:🇪 f:🇫 g:🇬 h:🇭 i:🇮 j:🇯 k:🇰 l:🇱 m:🇲 n:🇳 o:🇴 p:🇵 q:🇶 r:🇷 s:🇸 t:🇹 u:🇺 v:🇻 w:🇼 x:🇽 y:🇾 z:🇿
`);

/** Read as Latin only among Latin letters: a word that is entirely in another script keeps them. */
export const MIXED_LOOKALIKES: Record<string, string> = {
  ...COMMON_LOOKALIKES,
  ...table('b:вьъβ e:з h:н k:к m:м n:ηпи r:гя t:т u:μцч w:шщ y:ч o:θφ x:ж'),
};

/** Digits and signs that stand for a letter between letters. */
export const LEET: Record<string, string> = table('o:0 i:1! e:3€ a:4@ s:5$ g:69 t:7+ b:8 z:2 l:|£ c:¢(');
