/** Changes of valid files: of bytes, of texts by their words, of JSON values by their members. */
const numbers = [0, 1, 0x7f, 0x80, 0xff];
const wide = [0, 1, 0x7fffffff, 0x80000000, 0xffffffff, 0xfffffffe, 0x10000];
const words = [
  '*a',
  '&a ',
  '!!js/function ',
  '[',
  ']',
  '{',
  '}',
  ': ',
  '\n',
  '\t',
  '- ',
  '? ',
  '|',
  '>',
  '"',
  "'",
  '#',
  '---\n',
  '%YAML 1.1\n',
  '<<: ',
  '~',
  'null',
  '.nan',
  '1e999',
  '0x7fffffff',
  '../..',
  '/etc/passwd',
  '__proto__',
  '\u0000',
  '\ufeff',
  ',',
];
const values = [
  null,
  true,
  -1,
  0,
  0.5,
  1e308,
  2 ** 53,
  '',
  'x',
  '../../x',
  '__proto__',
  [],
  {},
  [[]],
  [null],
  { length: 1e9 },
];

/** Equal seeds give equal changes (mulberry32). */
export class Mutation {
  constructor(seed) {
    this.state = seed >>> 0;
  }

  below(n) {
    this.state = (this.state + 0x6d2b79f5) >>> 0;
    let t = this.state;
    t = Math.imul(t ^ (t >>> 15), t | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) % n;
  }

  pick(list) {
    return list[this.below(list.length)];
  }

  chance(n) {
    return this.below(n) === 0;
  }

  /** One of the seeds after one to six changes. */
  of(seeds) {
    let value = this.pick(seeds);
    const asText = typeof value === 'string';
    for (let n = 1 + this.below(6); n > 0; n--)
      value = asText
        ? this.text(value, seeds)
        : ArrayBuffer.isView(value)
          ? this.bytes(value, seeds)
          : this.json(structuredClone(value));
    return value;
  }

  bytes(given, seeds) {
    const bytes = Buffer.from(given);
    if (bytes.length === 0) return Buffer.from(this.pick(seeds));
    // The start and the end of a file are where its structure is.
    const place = [bytes.length, Math.min(64, bytes.length), bytes.length][this.below(3)];
    const at = this.chance(4) ? bytes.length - 1 - this.below(Math.min(64, bytes.length)) : this.below(place);
    switch (this.below(8)) {
      case 0:
        bytes[at] ^= 1 << this.below(8);
        return bytes;
      case 1:
        bytes[at] = this.pick(numbers);
        return bytes;
      case 2:
        if (at + 4 <= bytes.length) bytes.writeUInt32BE(this.pick(wide), at);
        return bytes;
      case 3:
        if (at + 4 <= bytes.length) bytes.writeUInt32LE(this.pick(wide), at);
        return bytes;
      case 4:
        return bytes.subarray(0, at);
      case 5:
        return Buffer.concat([bytes.subarray(0, at), bytes.subarray(Math.min(bytes.length, at + 1 + this.below(40)))]);
      case 6:
        return Buffer.concat([bytes.subarray(0, at), bytes.subarray(at, at + 1 + this.below(200)), bytes.subarray(at)]);
      default: {
        const other = Buffer.from(this.pick(seeds));
        return Buffer.concat([bytes.subarray(0, at), other.subarray(this.below(other.length + 1))]);
      }
    }
  }

  text(text, seeds) {
    const at = this.below(text.length + 1);
    const to = Math.min(text.length, at + 1 + this.below(30));
    switch (this.below(5)) {
      case 0:
        return text.slice(0, at) + this.pick(words) + text.slice(at);
      case 1:
        return text.slice(0, at) + text.slice(to);
      case 2:
        return text.slice(0, at) + text.slice(at, to).repeat(1 + this.below(50)) + text.slice(to);
      case 3:
        return text.slice(0, at) + this.pick(words).repeat(1 + this.below(100)) + text.slice(at);
      default:
        return text.slice(0, at) + String(this.pick(seeds)).slice(this.below(200));
    }
  }

  /** Walks to a member and replaces, removes, renames or doubles it. */
  json(value) {
    if (value === null || typeof value !== 'object' || Object.keys(value).length === 0) return this.pick(values);
    const name = this.pick(Object.keys(value));
    if (this.below(3) > 0) {
      value[name] = this.json(value[name]);
      return value;
    }
    const member = value[name];
    switch (this.below(4)) {
      case 0:
        value[name] = this.pick(values);
        break;
      case 1:
        if (Array.isArray(value)) value.splice(Number(name), 1);
        else delete value[name];
        break;
      case 2:
        if (Array.isArray(value)) value.push(member);
        else value[`${name}s`] = member;
        break;
      default:
        for (let n = this.below(60); n > 0; n--) value[name] = [value[name]];
    }
    return value;
  }
}
