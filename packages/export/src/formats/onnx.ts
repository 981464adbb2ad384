import { activationOf, toLittleEndian, type OnnxStep, type TrainedNet } from '@layerwise/nets';
import type { ExportFormat } from '../format.js';
import { Message } from '../protobuf.js';

/** Version of the operators and of the file format (onnx.proto, IR version 8 of 2022). */
const OPSET = 13;
const IR_VERSION = 8;
const FLOAT = 1;
const INT64 = 7;

/**
 * The net as an ONNX model: input `pixels` float32[N, D] with the values 0 to 255 of the original images, output
 * `probabilities` float32[N, K]. Scaling is Mul and Add, a selection Gather, a projection Sub and MatMul, a layer Gemm.
 */
export function toOnnx(net: TrainedNet): Uint8Array {
  const graph = new Graph('pixels');
  net.map.steps.forEach((step, i) => {
    if (step.kind === 'select') graph.gather(`selected_${i}`, step.columns);
    else if (step.kind === 'scale') {
      graph.apply('Mul', graph.floats(`factor_${i}`, [step.scale.factor].flat()));
      graph.apply('Add', graph.floats(`offset_${i}`, [step.scale.offset].flat()));
    } else {
      const { components, mean } = step;
      const outputs = components.length / mean.length;
      graph.apply('Sub', graph.floats(`mean_${i}`, mean));
      graph.apply(
        'MatMul',
        graph.floats(
          `components_${i}`,
          Float32Array.from(components, (_, at) => components[(at % outputs) * mean.length + Math.floor(at / outputs)]),
          [mean.length, outputs],
        ),
      );
    }
  });
  for (const { name, inputs, units, kernel, bias, activation } of net.net.layers) {
    graph.apply('Gemm', graph.floats(`${name}/kernel`, kernel, [inputs, units]), graph.floats(`${name}/bias`, bias));
    if (activation === 'softmax') graph.apply('Softmax');
    else graph.compute(name, activationOf(activation).onnx);
  }
  const classes = net.dataset.classes.length;
  const model = new Message()
    .integer(1, IR_VERSION)
    .text(2, 'layerwise')
    .message(
      7,
      graph.finish(net.name, { name: 'pixels', width: net.map.pixels }, { name: 'probabilities', width: classes }),
    )
    .message(8, new Message().text(1, '').integer(2, OPSET))
    .message(14, new Message().text(1, 'classes').text(2, JSON.stringify(net.dataset.classes)));
  return model.finish();
}

/** A chain of operators; each takes what the one before it made. */
class Graph {
  private readonly nodes: Message[] = [];
  private readonly tensors: Message[] = [];
  private readonly constants = new Set<string>();

  constructor(private last: string) {}

  /** Stores float32 values, of one row if no shape is given; returns their name. */
  floats(name: string, values: ArrayLike<number>, shape: readonly number[] = [values.length]): string {
    return this.tensor(name, FLOAT, shape, toLittleEndian(values));
  }

  apply(operator: string, ...more: readonly string[]): void {
    this.node(operator, [this.last, ...more]);
  }

  /** An expression of what the last operator made, `z`; constants are stored as `<name>/<value>`. */
  compute(name: string, steps: readonly OnnxStep[]): void {
    const z = this.last;
    const made: string[] = [];
    for (const { operator, of } of steps) {
      this.node(
        operator,
        of.map((part) => (part === 'z' ? z : 'step' in part ? made[part.step] : this.constant(name, part.constant))),
      );
      made.push(this.last);
    }
  }

  private constant(name: string, value: number): string {
    const key = `${name}/${value}`;
    if (!this.constants.has(key)) this.floats(key, [value]);
    this.constants.add(key);
    return key;
  }

  gather(name: string, columns: readonly number[]): void {
    const bytes = new Uint8Array(8 * columns.length);
    const view = new DataView(bytes.buffer);
    columns.forEach((column, i) => view.setBigInt64(8 * i, BigInt(column), true));
    // AttributeProto: name = 1, i = 3, type = 20 (INT is 2).
    this.node(
      'Gather',
      [this.last, this.tensor(name, INT64, [columns.length], bytes)],
      new Message().text(1, 'axis').integer(3, 1).integer(20, 2),
    );
  }

  /** GraphProto: node = 1, name = 2, initializer = 5, input = 11, output = 12. */
  finish(name: string, input: Signature, output: Signature): Message {
    const graph = new Message();
    for (const node of this.nodes) graph.message(1, node);
    graph.message(1, new Message().text(1, this.last).text(2, output.name).text(4, 'Identity'));
    graph.text(2, name);
    for (const tensor of this.tensors) graph.message(5, tensor);
    return graph.message(11, valueInfo(input)).message(12, valueInfo(output));
  }

  /** NodeProto: input = 1, output = 2, op_type = 4, attribute = 5. */
  private node(operator: string, inputs: readonly string[], attribute?: Message): void {
    const node = new Message();
    for (const input of inputs) node.text(1, input);
    this.last = `${operator.toLowerCase()}_${this.nodes.length}`;
    node.text(2, this.last).text(4, operator);
    if (attribute) node.message(5, attribute);
    this.nodes.push(node);
  }

  /** TensorProto: dims = 1, data_type = 2, name = 8, raw_data = 9. */
  private tensor(name: string, type: number, shape: readonly number[], bytes: Uint8Array): string {
    const tensor = new Message();
    for (const side of shape) tensor.integer(1, side);
    this.tensors.push(tensor.integer(2, type).text(8, name).bytes(9, bytes));
    return name;
  }
}

interface Signature {
  readonly name: string;
  readonly width: number;
}

/** ValueInfoProto of float32[N, width]. */
function valueInfo({ name, width }: Signature): Message {
  const shape = new Message().message(1, new Message().text(2, 'N')).message(1, new Message().integer(1, width));
  return new Message()
    .text(1, name)
    .message(2, new Message().message(1, new Message().integer(1, FLOAT).message(2, shape)));
}

/** One file with the steps before the net as nodes. */
export const onnx: ExportFormat = {
  id: 'onnx',
  title: 'model.onnx',
  usage: ({ map }) =>
    `ONNX (operator set ${OPSET}), the steps above included as nodes: ` +
    `input \`pixels\` float32[N, ${map.pixels}] of the values 0 to 255, output \`probabilities\`.`,
  files: (net) => [{ file: 'model.onnx', bytes: toOnnx(net) }],
};
