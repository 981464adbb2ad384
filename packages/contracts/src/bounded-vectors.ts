import { ByteBuffer } from 'flatbuffers';

/**
 * Importing this module bounds what apache-arrow believes of a file's metadata: a vector has at most as many entries as there
 * are bytes. Without it a damaged length keeps the library busy until memory ends. The library reads all lengths through one
 * method of flatbuffers, which is replaced here once for a process, whoever imports the module.
 *
 * @throws RangeError from the library's readers, for a length that cannot be
 */
const lengthOf = ByteBuffer.prototype.__vector_len;
ByteBuffer.prototype.__vector_len = function (this: ByteBuffer, offset: number): number {
  const length = lengthOf.call(this, offset);
  if (!(length >= 0 && length <= this.capacity()))
    throw new RangeError(`a list of its metadata declares ${length} entries in ${this.capacity()} bytes`);
  return length;
};
