import { printable } from '@layerwise/contracts';
import { describe, expect, it } from 'vitest';

describe('printable', () => {
  it('leaves text, newlines and tabs as they are, and takes the line ends of Windows for newlines', () => {
    const text = 'Ein Text, 数字, é, emoji 🙂\n\tindented';
    expect(printable(text)).toBe(text);
    expect(printable('a\r\nb')).toBe('a\nb');
  });

  it.each([
    ['\u001b[2J\u001b]0;title\u0007', String.raw`\u001b[2J\u001b]0;title\u0007`],
    ['a\rb\bc\0', String.raw`a\u000db\u0008c\u0000`],
    ['\u009b31m\u007f', String.raw`\u009b31m\u007f`],
    ['\u202Etxt.exe\u2066\u200f', String.raw`\u202etxt.exe\u2066\u200f`],
    ['one\u2028two\u0085three', String.raw`one\u2028two\u0085three`],
  ])('writes out the controls of %j', (text, shown) => {
    expect(printable(text)).toBe(shown);
  });
});
