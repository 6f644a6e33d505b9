import { expect, test } from 'vitest';
import { describeReceiver, expandReceiver } from './receiver.ts';
import { receiver } from './stage.ts';

const feedback = (...types: string[]) =>
  types.map((name) => {
    const [type = '', parameter = ''] = name.split(' ');
    return { type, parameter };
  });
const VIDEO = feedback('nack', 'nack pli', 'ccm fir', 'goog-remb', 'transport-cc');
const codec = (kind: string, name: string, preferredPayloadType: number, rtcpFeedback = feedback()) => ({
  ...{ kind, mimeType: `${kind}/${name}`, clockRate: 90_000, preferredPayloadType, rtcpFeedback, parameters: {} },
});
const extension = (kind: string, preferredId: number) => ({ kind, preferredId, uri: `urn:of:${preferredId}` });

const ROUTER = {
  codecs: [
    codec('audio', 'opus', 100, feedback('nack', 'transport-cc')),
    ...[codec('video', 'VP8', 101, VIDEO), codec('video', 'rtx', 102), codec('video', 'H264', 105, VIDEO)],
  ],
  headerExtensions: [
    ...[extension('audio', 1), extension('video', 1), extension('audio', 4), extension('video', 4)],
    ...[extension('audio', 6), extension('video', 9)],
  ],
};
const CHROMIUM = { ...ROUTER, codecs: ROUTER.codecs.slice(0, 3) };
/** As seen in Firefox 153: sound without nack, and most extensions for video alone. */
const FIREFOX = {
  codecs: [
    { ...codec('audio', 'opus', 100, feedback('transport-cc')), parameters: { stereo: 1 } },
    ...[codec('video', 'VP8', 101, VIDEO), codec('video', 'rtx', 102)],
  ],
  headerExtensions: [extension('video', 1), extension('video', 4), extension('audio', 6), extension('video', 9)],
};

const byName = ({ codecs, headerExtensions }: { codecs?: object[]; headerExtensions?: object[] }) => ({
  codecs: (codecs ?? []).map((it) => ({ ...it, parameters: {} })),
  headerExtensions,
});

test.each([
  ['Chromium', CHROMIUM],
  ['Firefox', FIREFOX],
])('the short description of what %s receives expands to the same on the server', (_, own) => {
  const described = receiver.parse(JSON.parse(JSON.stringify(describeReceiver(ROUTER, own))));
  expect(JSON.stringify(described).length).toBeLessThan(300);
  expect(byName(expandReceiver(ROUTER, described))).toEqual(byName(own));
});

test.each([
  ['a codec that the routers lack', codec('video', 'AV1', 109, VIDEO)],
  ['another codec at a payload type of the routers', codec('video', 'VP9', 105, VIDEO)],
  ['feedback that the routers lack', codec('video', 'H264', 105, feedback('rrtr'))],
])('a client with %s sends its full capabilities', (_, more) => {
  expect(describeReceiver(ROUTER, { ...CHROMIUM, codecs: [...CHROMIUM.codecs, more] })).toBeNull();
});
