const POLYNOMIAL = 0xa001;

/**
 * CRC-16 with the polynomial 0x8005, reflected: `start` 0 is that of SIA DC-09 (annex B), 0xffff that of Modbus RTU
 * (Modbus over Serial Line V1.02, 6.2.2).
 */
export function crc16(bytes: Uint8Array, start: 0 | 0xffff): number {
  let crc: number = start;
  for (const byte of bytes) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit += 1) crc = (crc & 1) === 1 ? (crc >> 1) ^ POLYNOMIAL : crc >> 1;
  }
  return crc;
}
