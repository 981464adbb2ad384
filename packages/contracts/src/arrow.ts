// What the packages use of apache-arrow, bundled into one module by ../arrow/build.mjs: its own 146 take a quarter of a second to load.
import './bounded-vectors.js';

export {
  CompressionType,
  Field,
  FixedSizeList,
  Float32,
  Float64,
  Int32,
  Message,
  MessageHeader,
  RecordBatch,
  RecordBatchFileWriter,
  RecordBatchReader,
  Schema,
  Struct,
  Table,
  Uint16,
  Uint32,
  Uint8,
  compressionRegistry,
  makeData,
  type AsyncRecordBatchFileReader,
  type Data,
  type DataType,
  type RecordBatchFileReader,
  type Vector,
} from 'apache-arrow';
