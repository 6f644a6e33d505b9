import { describe, expect, test } from 'vitest';
import { deriveSessionKeys, SrtpContext, srtpProfiles } from '../../support/media/rtp-srtp.ts';

// Checks our SRTP against the RFCs' test vectors, because it then checks the worker's.

const hex = (text: string) => Buffer.from(text.replaceAll(/\s/g, ''), 'hex');

test('RFC 3711, appendix B.3: key derivation', () => {
  const keys = deriveSessionKeys(
    srtpProfiles.aesCm128HmacSha1,
    hex('E1F97A0D3E018BE0D64FA32C06DE4139'),
    hex('0EC675AD498AFEEBB6960B3AABE6'),
    0,
  );
  expect(keys).toEqual({
    cipherKey: hex('C61E7A93744F39EE10734AFE3FF7A087'),
    salt: hex('30CBBC08863D8C85D49DB34A9AE1'),
    authKey: hex('CEBE321F6FF7716B6FD4AB49AF256A156D38BAA4'),
  });
});

test('RFC 3711, appendix B.2: AES counter mode key stream', () => {
  const keys = {
    cipherKey: hex('2B7E151628AED2A6ABF7158809CF4F3C'),
    salt: hex('F0F1F2F3F4F5F6F7F8F9FAFBFCFD'),
    authKey: Buffer.alloc(20),
  };
  const context = SrtpContext.withSessionKeys(srtpProfiles.aesCm128HmacSha1, keys);
  // SSRC, rollover counter and sequence number are zero in the vector, so that encrypting zeros yields the key stream.
  const packet = Buffer.concat([hex('80000000 00000000 00000000'), Buffer.alloc(48)]);
  expect(context.protectRtp(packet).subarray(12, 60)).toEqual(
    hex('E03EAD0935C95E80E166B16DD92B4EB4 D23513162B02D0F72A43A2FE4A5F97AB 41E95B3BB0A2E8DD477901E4FCA894C0'),
  );
});

const gcmVectors = [
  {
    profile: srtpProfiles.aeadAes128Gcm,
    key: '000102030405060708090a0b0c0d0e0f',
    srtp: 'f24de3a3fb34de6cacba861c9d7e4bcabe633bd50d294e6f42a5f47a51c7d19b36de3adf8833 899d7f27beb16a9152cf765ee4390cce',
    srtcp:
      '63e94885dcdab67ca727d7662f6b7e997ff5c0f76c06f32dc676a5f1730d6fda4ce09b4686303ded0bb9275b c84aa45896cf4d2fc5abf87245d9eade',
  },
  {
    profile: srtpProfiles.aeadAes256Gcm,
    key: '000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f',
    srtp: '32b1de78a822fe12ef9f78fa332e33aab18012389a58e2f3b50b2a0276ffae0f1ba63799b87b 7aa3db36dfffd6b0f9bb7878d7a76c13',
    srtcp:
      'd50ae4d1f5ce5d304ba297e47d470c282c3ece5dbffe0a50a2eaa5c1110555be8415f658c61de0476f1b6fad 1d1eb30c4446839f57ff6f6cb26ac3be',
  },
];

describe.each(gcmVectors)('RFC 7714: $profile.name', ({ profile, key, srtp, srtcp }) => {
  const keys = { cipherKey: hex(key), salt: hex('517569642070726f2071756f'), authKey: Buffer.alloc(20) };
  const rtpHeader = '8040f17b8041f8d35501a0b2';
  const rtp = hex(`${rtpHeader}47616c6c696120657374206f6d6e69732064697669736120696e207061727465732074726573`);
  const rtcpHeader = '81c8000d4d617273';
  const rtcp = hex(
    `${rtcpHeader}4e5450314e545032525450200000042a0000e9304c756e61deadbeefdeadbeefdeadbeefdeadbeefdeadbeef`,
  );
  const index = '800005d4';

  test('section 16: SRTP, both ways', () => {
    const sealed = hex(rtpHeader + srtp);
    expect(SrtpContext.withSessionKeys(profile, keys).protectRtp(rtp)).toEqual(sealed);
    expect(SrtpContext.withSessionKeys(profile, keys).openRtp(sealed)).toEqual(rtp);
  });

  test('section 17: SRTCP', () => {
    const sealed = hex(rtcpHeader + srtcp + index);
    expect(SrtpContext.withSessionKeys(profile, keys).openRtcp(sealed)).toEqual(rtcp);
  });

  test('a packet with one bit changed is refused', () => {
    const sealed = hex(rtcpHeader + srtcp + index);
    for (let at = 0; at < sealed.length; at++) {
      const tampered = Buffer.from(sealed);
      tampered.writeUInt8(tampered.readUInt8(at) ^ 1, at);
      expect(SrtpContext.withSessionKeys(profile, keys).openRtcp(tampered), `octet ${at}`).toBeUndefined();
    }
  });
});
