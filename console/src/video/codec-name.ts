const hex = (byte: number | undefined): string => (byte ?? 0).toString(16).padStart(2, '0');

/** `avc1.640029` out of an AVCDecoderConfigurationRecord. Source: RFC 6381, 3.3; ISO/IEC 14496-15, 5.3.3.1. */
export const avcName = (record: Uint8Array): string => `avc1.${hex(record[1])}${hex(record[2])}${hex(record[3])}`;

/** `hvc1.1.6.L93.B0` out of an HEVCDecoderConfigurationRecord. Source: ISO/IEC 14496-15, annex E.3 and 8.3.3.1. */
export function hevcName(record: Uint8Array): string {
  const first = record[1] ?? 0;
  const space = ['', 'A', 'B', 'C'][first >> 6] ?? '';
  const tier = (first & 0x20) === 0 ? 'L' : 'H';
  let compatible = 0;
  // The 32 flags stand in reverse order.
  for (let bit = 0; bit < 32; bit++)
    compatible += ((record[2 + (bit >> 3)] ?? 0) >> (7 - (bit & 7))) & 1 ? 2 ** bit : 0;
  const constraints = [...record.subarray(6, 12)].map((byte) => byte.toString(16).toUpperCase());
  while (constraints.length > 0 && constraints[constraints.length - 1] === '0') constraints.pop();
  const parts = [`${space}${first & 0x1f}`, compatible.toString(16).toUpperCase(), `${tier}${record[12] ?? 0}`];
  return ['hvc1', ...parts, ...constraints].join('.');
}
