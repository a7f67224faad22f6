/**
 * The parameter sets in a decoder's configuration record, as NAL units, in its order. The records are our own.
 * Source: ISO/IEC 14496-15, 5.3.3.1 (avcC) and 8.3.3.1 (hvcC).
 */
export function setsInRecord(codec: 'avc' | 'hevc', record: Buffer): readonly Buffer[] {
  return codec === 'avc' ? setsInAvcc(record) : setsInHvcc(record);
}

function setsInAvcc(record: Buffer): readonly Buffer[] {
  const sps = readSets(record, 6, (record[5] ?? 0) & 0x1f);
  const pps = readSets(record, sps.end + 1, record[sps.end] ?? 0);
  return [...sps.sets, ...pps.sets];
}

function setsInHvcc(record: Buffer): readonly Buffer[] {
  const found: Buffer[] = [];
  let at = 23;
  for (let array = 0; array < (record[22] ?? 0); array++) {
    const { sets, end } = readSets(record, at + 3, record.readUInt16BE(at + 1));
    found.push(...sets);
    at = end;
  }
  return found;
}

function readSets(record: Buffer, from: number, count: number): Readonly<{ sets: readonly Buffer[]; end: number }> {
  const sets: Buffer[] = [];
  let at = from;
  for (let set = 0; set < count; set++) {
    const bytes = record.readUInt16BE(at);
    sets.push(record.subarray(at + 2, at + 2 + bytes));
    at += 2 + bytes;
  }
  return { sets, end: at };
}
