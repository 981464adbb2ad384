/**
 * A reader of Protocol Buffers and of the few ONNX operators that an export uses, written apart from the exporter:
 * what onnxruntime does, as far as the tests need it where it is not installed.
 */
type Field = number | Uint8Array;
type Fields = Map<number, Field[]>;

function fields(bytes: Uint8Array): Fields {
  const found: Fields = new Map();
  let at = 0;
  const varint = (): number => {
    let [value, factor] = [0, 1];
    for (;;) {
      const byte = bytes[at++]!;
      value += (byte & 127) * factor;
      factor *= 128;
      if (byte < 128) return value;
    }
  };
  while (at < bytes.length) {
    const key = varint();
    if (key % 8 === 2) {
      const length = varint();
      push(found, Math.floor(key / 8), bytes.subarray(at, at + length));
      at += length;
    } else if (key % 8 === 0) push(found, Math.floor(key / 8), varint());
    else throw new Error(`wire type ${key % 8}`);
  }
  return found;
}

function push(found: Fields, field: number, value: Field): void {
  found.set(field, [...(found.get(field) ?? []), value]);
}

const texts = (message: Fields, field: number): string[] =>
  (message.get(field) ?? []).map((value) => new TextDecoder().decode(value as Uint8Array));
const messages = (message: Fields, field: number): Fields[] =>
  (message.get(field) ?? []).map((value) => fields(value as Uint8Array));

interface Tensor {
  readonly shape: readonly number[];
  readonly values: number[];
}

function tensor(message: Fields): Tensor {
  const raw = message.get(9)![0] as Uint8Array;
  const view = new DataView(raw.buffer, raw.byteOffset, raw.byteLength);
  const long = message.get(2)![0] === 7;
  const values = Array.from({ length: raw.length / (long ? 8 : 4) }, (_, i) =>
    long ? Number(view.getBigInt64(8 * i, true)) : view.getFloat32(4 * i, true),
  );
  return { shape: message.get(1) as number[], values };
}

/** Runs an ONNX model of a chain of operators on one row. */
export function openOnnx(bytes: Uint8Array): (row: readonly number[]) => number[] {
  const graph = messages(fields(bytes), 7)[0]!;
  const constants = new Map(messages(graph, 5).map((message) => [texts(message, 8)[0]!, tensor(message)]));
  const nodes = messages(graph, 1).map((node) => ({
    inputs: texts(node, 1),
    output: texts(node, 2)[0]!,
    operator: texts(node, 4)[0]!,
  }));
  const input = texts(messages(graph, 11)[0]!, 1)[0]!;
  const output = texts(messages(graph, 12)[0]!, 1)[0]!;
  return (row) => {
    const values = new Map<string, readonly number[]>([[input, row]]);
    for (const { inputs, output: name, operator } of nodes)
      values.set(
        name,
        run(
          operator,
          values.get(inputs[0]!)!,
          inputs.slice(1).map((each) => constants.get(each) ?? { shape: [], values: [...values.get(each)!] }),
        ),
      );
    return [...values.get(output)!];
  };
}

function run(operator: string, row: readonly number[], [first, second]: readonly Tensor[]): number[] {
  const other = (i: number): number => first!.values[first!.values.length === 1 ? 0 : i]!;
  const product = (): number[] => {
    const outputs = first!.shape[1]!;
    const sums = Array.from({ length: outputs }, (_, o) => second?.values[o] ?? 0);
    row.forEach((value, i) => sums.forEach((sum, o) => (sums[o] = sum + value * first!.values[i * outputs + o]!)));
    return sums;
  };
  switch (operator) {
    case 'Mul':
      return row.map((value, i) => value * other(i));
    case 'Add':
      return row.map((value, i) => value + other(i));
    case 'Sub':
      return row.map((value, i) => value - other(i));
    case 'Gather':
      return first!.values.map((column) => row[column]!);
    case 'MatMul':
    case 'Gemm':
      return product();
    case 'Relu':
      return row.map((value) => Math.max(0, value));
    case 'Tanh':
      return row.map(Math.tanh);
    case 'Sigmoid':
      return row.map((value) => 1 / (1 + Math.exp(-value)));
    case 'Erf':
      return row.map(erf);
    case 'Identity':
      return [...row];
    case 'Softmax': {
      const most = Math.max(...row);
      const powers = row.map((value) => Math.exp(value - most));
      const total = powers.reduce((sum, power) => sum + power, 0);
      return powers.map((power) => power / total);
    }
    default:
      throw new Error(`no operator ${operator}`);
  }
}

/** The error function by its power series, which is right to 1e-9 up to 4; it is 1 to 2e-8 beyond. */
export function erf(x: number): number {
  if (Math.abs(x) > 4) return Math.sign(x);
  let [sum, term] = [x, x];
  for (let n = 1; n < 80; n++) {
    term *= (-x * x) / n;
    sum += term / (2 * n + 1);
  }
  return (2 / Math.sqrt(Math.PI)) * sum;
}
