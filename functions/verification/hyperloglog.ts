/*
 * A HyperLogLog is a string: "HYLL", its encoding (0 dense, 1 sparse), 3 zero bytes, 8 bytes of cached count, registers
 * (redis hyperloglog.c). PFCOUNT rewrites the cached count, on a replica too, so that it proves nothing; a server whose
 * hll-sparse-max-bytes is lower keeps the same registers in the other encoding.
 */
const HEADER_BYTES = 16;
const REGISTERS = 16_384;
const DENSE_BYTES = HEADER_BYTES + (REGISTERS * 6) / 8;

export const isHyperLogLog = (value: Buffer): boolean =>
  value.length >= HEADER_BYTES &&
  value.toString('latin1', 0, 4) === 'HYLL' &&
  value.readUIntBE(5, 3) === 0 &&
  (value[4] === 1 || (value[4] === 0 && value.length === DENSE_BYTES));

/** The bytes that stand for the set that was counted. */
export const withoutCachedCount = (value: Buffer): Buffer =>
  Buffer.concat([value.subarray(0, 8), value.subarray(HEADER_BYTES)]);

/** Whether two HyperLogLogs have the same registers: any PFCOUNT of them is the same, alone and merged with others. */
export const sameRegisters = (a: Buffer, b: Buffer): boolean => {
  const [left, right] = [registersOf(a), registersOf(b)];
  return left !== undefined && right !== undefined && left.equals(right);
};

const registersOf = (value: Buffer): Buffer | undefined => {
  if (!isHyperLogLog(value)) return undefined;
  return value[4] === 0 ? dense(value) : sparse(value);
};

const dense = (value: Buffer): Buffer => {
  const registers = Buffer.alloc(REGISTERS);
  for (let register = 0; register < REGISTERS; register++) {
    const bit = register * 6;
    const at = HEADER_BYTES + (bit >> 3);
    const two = (value[at] ?? 0) | ((value[at + 1] ?? 0) << 8);
    registers[register] = (two >> (bit & 7)) & 63;
  }
  return registers;
};

/** Opcodes: 00xxxxxx run of zeros, 01xxxxxx yyyyyyyy long run of zeros, 1vvvvvxx run of one value. */
const sparse = (value: Buffer): Buffer | undefined => {
  const registers = Buffer.alloc(REGISTERS);
  let register = 0;
  for (let at = HEADER_BYTES; at < value.length; at++) {
    const opcode = value[at] ?? 0;
    if (opcode & 0x80) {
      const run = (opcode & 3) + 1;
      if (register + run > REGISTERS) return undefined;
      registers.fill(((opcode >> 2) & 31) + 1, register, register + run);
      register += run;
    } else if (opcode & 0x40) {
      register += (((opcode & 0x3f) << 8) | (value[++at] ?? 0)) + 1;
    } else {
      register += (opcode & 0x3f) + 1;
    }
  }
  return register === REGISTERS ? registers : undefined;
};
