import { createReadStream, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/*
 * The search at the end of the tests: no password, token or key that the suite used stands in what its gateways said.
 * The starters in tests/parts wrote both into one folder: `told-*.txt` (log lines, answers, metrics, exports),
 * `secrets-*.jsonl`, and in `beyond-*.txt` how much was over their bound and not kept.
 */

/** Findings that are told; one leak shows itself in thousands of lines. */
const FINDINGS_MAX = 20;
const AROUND = 60;
const MASK = '<secret>';
/** A needle is found by its first three bytes, so that thousands of needles cost one look a byte. */
const KEY_BYTES = 3;

/**
 * The forms in which a secret slips out: as it is, in a URL, in JSON, in hex, and in base64, also as part of a longer text such
 * as `admin:password`, where only the characters between its ends are its own.
 * @param {string} secret @returns {string[]}
 */
export function formsOf(secret) {
  const bytes = Buffer.from(secret, 'utf8');
  const url = encodeURIComponent(secret);
  const json = JSON.stringify(secret).slice(1, -1);
  const ascii = json.replace(/[^ -~]/g, (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`);
  const base64 = [0, 1, 2].map((before) => {
    const text = Buffer.concat([Buffer.alloc(before), bytes])
      .toString('base64')
      .replace(/=+$/, '');
    const isWhole = (before + bytes.length) % 3 === 0;
    return text.slice(before === 0 ? 0 : before + 1, isWhole ? undefined : -1);
  });
  const url64 = base64.map((text) => text.replaceAll('+', '-').replaceAll('/', '_'));
  const plain = [secret, url, new URLSearchParams({ _: secret }).toString().slice(2), bytes.toString('hex')];
  return [...new Set([...plain, json, JSON.stringify(json).slice(1, -1), ascii, ...base64, ...url64])];
}

/**
 * Every place in the folder where a secret stands; the secret itself is masked.
 * @param {string} folder
 * @returns {Promise<{ findings: string[], secrets: number, bytes: number, beyond: number }>}
 */
export async function searchTold(folder) {
  const names = readdirSync(folder).sort();
  const linesOf = (/** @type {string} */ kind) =>
    names.filter((name) => name.startsWith(`${kind}-`)).flatMap((name) => linesIn(join(folder, name)));
  const secrets = [...new Set(linesOf('secrets').map((line) => String(JSON.parse(line))))];
  const needles = needlesOf(secrets);
  const findings = [];
  let bytes = 0;
  for (const name of names.filter((one) => one.startsWith('told-'))) {
    let number = 0;
    for await (const line of byLine(join(folder, name))) {
      number += 1;
      bytes += line.length + 1;
      const found = findings.length < FINDINGS_MAX ? findingIn(line, needles) : undefined;
      if (found !== undefined) findings.push(`${name}:${number} ${found}`);
    }
  }
  const beyond = linesOf('beyond').reduce((sum, line) => sum + Number(line), 0);
  return { findings, secrets: secrets.length, bytes, beyond };
}

/** @param {string} file */
const linesIn = (file) =>
  readFileSync(file, 'utf8')
    .split('\n')
    .filter((line) => line !== '');

/** @param {string} file @returns {AsyncGenerator<Buffer>} */
async function* byLine(file) {
  let rest = Buffer.alloc(0);
  for await (const chunk of createReadStream(file, { highWaterMark: 1024 * 1024 })) {
    const all = Buffer.concat([rest, chunk]);
    let from = 0;
    for (let end = all.indexOf(10, from); end !== -1; end = all.indexOf(10, from)) {
      yield all.subarray(from, end);
      from = end + 1;
    }
    rest = all.subarray(from);
  }
  if (rest.length > 0) yield rest;
}

/** @typedef {{ isFirst: Uint8Array, byKey: Map<number, Buffer[]> }} Needles */

/** @param {readonly string[]} secrets @returns {Needles} */
function needlesOf(secrets) {
  const isFirst = new Uint8Array(2 ** (8 * KEY_BYTES));
  const byKey = new Map();
  for (const needle of secrets.flatMap(formsOf).map((form) => Buffer.from(form, 'utf8'))) {
    const key = needle.readUIntBE(0, KEY_BYTES);
    isFirst[key] = 1;
    byKey.set(key, [...(byKey.get(key) ?? []), needle]);
  }
  return { isFirst, byKey };
}

/**
 * What is around the first secret of a line, with every secret of the line masked; undefined where there is none.
 * @param {Buffer} line @param {Needles} needles
 */
function findingIn(line, { isFirst, byKey }) {
  const pieces = [];
  let [key, from] = [0, 0];
  for (let at = 0; at < line.length; at += 1) {
    key = ((key << 8) | (line[at] ?? 0)) & 0xff_ff_ff;
    const start = at - KEY_BYTES + 1;
    if (isFirst[key] !== 1 || start < from) continue;
    const needle = byKey.get(key)?.find((one) => line.subarray(start, start + one.length).equals(one));
    if (needle === undefined) continue;
    pieces.push(line.subarray(from, start).toString('utf8'));
    from = start + needle.length;
    at = from - 1;
  }
  const [first = '', ...others] = [...pieces, line.subarray(from).toString('utf8')];
  return pieces.length === 0 ? undefined : `${first.slice(-AROUND)}${MASK}${others.join(MASK).slice(0, AROUND)}`;
}
