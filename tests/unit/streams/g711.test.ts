import { execFileSync } from 'node:child_process';
import { expect, it } from 'vitest';
import { decodeG711, encodeG711, type G711 } from '../../../streams/talk/g711.ts';

const EVERY_CODE = Buffer.from(Array.from({ length: 256 }, (_, code) => code));
const everySample = (): Buffer => {
  const pcm = Buffer.alloc(0x10000 * 2);
  for (let sample = -0x8000; sample < 0x8000; sample += 1) pcm.writeInt16LE(sample, (sample + 0x8000) * 2);
  return pcm;
};

it.each([
  ['PCMA', 'alaw'],
  ['PCMU', 'mulaw'],
] as const)('reads every byte of %s as ffmpeg does', (law, name) => {
  const input = ['-nostdin', '-v', 'error', '-f', name, '-ar', '8000', '-ac', '1', '-i', 'pipe:0'];
  const theirs = execFileSync('ffmpeg', [...input, '-f', 's16le', 'pipe:1'], { input: EVERY_CODE });
  expect(decodeG711(law, EVERY_CODE)).toEqual(theirs);
});

it.each<G711>(['PCMA', 'PCMU'])('writes every sample as the nearest there is in %s', (law) => {
  const pcm = everySample();
  const heard = decodeG711(law, encodeG711(law, pcm));
  const values = Array.from({ length: 256 }, (_, at) => decodeG711(law, EVERY_CODE).readInt16LE(at * 2));
  for (let at = 0; at < pcm.length; at += 2 * 97) {
    const sample = pcm.readInt16LE(at);
    const nearest = Math.min(...values.map((value) => Math.abs(value - sample)));
    expect(Math.abs(heard.readInt16LE(at) - sample)).toBe(nearest);
  }
});
