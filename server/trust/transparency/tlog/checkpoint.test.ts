import { expect, test } from 'vitest';
import { formatCheckpoint, openCheckpoint, parseCheckpoint } from './checkpoint.ts';
import { parseVkey } from './note-keys.ts';

const malformed = expect.objectContaining({ code: 'malformed' });
const ROOT = 'CsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=';
/** The example of the standard. */
const EXAMPLE = `example.com/behind-the-sofa\n20852163\n${ROOT}\n`;

/** Two heads of Go’s checksum database, which its key signed in 2023 and 2026. */
const SUMDB = parseVkey('sum.golang.org+033de0ae+Ac4zctda0e5eza+HJyk9SxEdh+s3Ux18htTTAD8OuAn8');
const SUMDB_ORIGIN = 'go.sum database tree';
const SUMDB_HEADS = [
  `go.sum database tree
15081221
BoMMe1wd25Tco0mYGROkyqxHZWx+hcSCtMV315Lu6Lg=

— sum.golang.org Az3grilD7vQqTrv66jRgKM84Y80KTprrSt4bKmiOPxgmS5ZVBTeCl6dUvjYnN13R+C8j0jGY1WnUADGMkok3U0m2Zgo=
`,
  `go.sum database tree
63096908
8lHrQPRYe4KT4WQ9/Qk8/taKnD6IRHbFgfN7vQE2Y54=

— sum.golang.org Az3gri/oVBN1jAhNZ/iS+W31psFAWRT20/GyrhpU6taFwulQGetBkH5S7wpGXdS935jiIGiUUAXBVHzT/P6fYhqAmAk=
`,
];

test('heads of Go’s checksum database open with its published key', () => {
  const opened = SUMDB_HEADS.map((head) => openCheckpoint(head, SUMDB_ORIGIN, [SUMDB]));
  expect(opened.map(({ size, root }) => [size, root.toString('base64')])).toEqual([
    [15_081_221, 'BoMMe1wd25Tco0mYGROkyqxHZWx+hcSCtMV315Lu6Lg='],
    [63_096_908, '8lHrQPRYe4KT4WQ9/Qk8/taKnD6IRHbFgfN7vQE2Y54='],
  ]);
  for (const head of SUMDB_HEADS) {
    expect(() => openCheckpoint(head, 'another origin', [SUMDB])).toThrow('not of another origin');
    expect(() => openCheckpoint(head.replace(/\n(\d+)\n/, '\n1$1\n'), SUMDB_ORIGIN, [SUMDB])).toThrow('not valid');
  }
});

test('the standard’s example is parsed and written to the byte', () => {
  const checkpoint = parseCheckpoint(EXAMPLE);
  expect(checkpoint).toMatchObject({ origin: 'example.com/behind-the-sofa', size: 20_852_163, extensions: [] });
  expect(formatCheckpoint(checkpoint)).toBe(EXAMPLE);
  const extended = `${EXAMPLE}one line\nand another\n`;
  expect(parseCheckpoint(extended).extensions).toEqual(['one line', 'and another']);
  expect(formatCheckpoint(parseCheckpoint(extended))).toBe(extended);
});

test('other texts are no checkpoints', () => {
  const sizes = [
    '',
    '01',
    '00',
    '-1',
    '+1',
    ' 1',
    '1 ',
    '1.0',
    '1e3',
    '0x1',
    '9007199254740992',
    '１',
    '99999999999999999999',
  ];
  const broken = [
    ...sizes.map((size) => `o\n${size}\n${ROOT}\n`),
    ...['', 'AA==', ROOT.slice(0, -1), `${ROOT.slice(0, -2)}J=`, `${ROOT} `, ROOT.replace('/', '_')].map(
      (root) => `o\n1\n${root}\n`,
    ),
    '',
    '\n',
    `o\n1\n${ROOT}`,
    `\n1\n${ROOT}\n`,
    `o\n1\n${ROOT}\n\n`,
    `o\n1\n${ROOT}\n\nextension\n`,
    'o\n1\n',
  ];
  for (const text of broken) expect(() => parseCheckpoint(text), JSON.stringify(text)).toThrow(malformed);
  expect(parseCheckpoint(`o\n9007199254740991\n${ROOT}\n`).size).toBe(Number.MAX_SAFE_INTEGER);
});

test('a checkpoint that would read as another one is not written', () => {
  const root = Buffer.from(ROOT, 'base64');
  const broken = [
    { origin: '', size: 1, root },
    { origin: `o\n2\n${ROOT}`, size: 1, root },
    { origin: 'o', size: -1, root },
    { origin: 'o', size: 1.5, root },
    { origin: 'o', size: 1, root: root.subarray(1) },
    { origin: 'o', size: 1, root, extensions: [''] },
    { origin: 'o', size: 1, root, extensions: ['one\ntwo'] },
  ];
  for (const checkpoint of broken) expect(() => formatCheckpoint(checkpoint)).toThrow(malformed);
});
