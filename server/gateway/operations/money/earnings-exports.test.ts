import { expect, test } from 'vitest';
import { toCsvLine } from '../csv.ts';

test('quotes special characters and keeps numbers', () => {
  expect(toCsvLine(['a', 'b, c', 'say "hi"', -5, null, 'two\nlines'])).toBe(
    'a,"b, c","say ""hi""",-5,,"two\nlines"\r\n',
  );
});

test.each(['=1+1', '+1', '-1', '@SUM(A1)', '\t=1', ' =1', '\r=1', '＝1', '%0A=1'])(
  '%j is text in a spreadsheet',
  (text) => {
    const line = toCsvLine([text]);
    expect(line.replace(/^"/, '').startsWith("'")).toBe(true);
  },
);
