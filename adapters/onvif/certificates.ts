import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { Agent, type AgentOptions } from 'node:https';
import { dirname } from 'node:path';
import type { Duplex } from 'node:stream';
import { connect, type TLSSocket } from 'node:tls';
import { z } from 'zod';

/** Cameras whose certificate is remembered: a city's, several times over. */
const PINS_MAX = 100_000;
const Pins = z.record(z.string(), z.string());

/** The certificate of a camera is not the one that was seen there first. */
export class CertificateChanged extends Error {
  constructor(host: string, was: string, is: string) {
    super(
      `the certificate of ${host} is another one (SHA-256 ${is.slice(0, 23)}…, was ${was.slice(0, 23)}…): where the camera was replaced, send the device the command trust-certificate`,
    );
    this.name = 'CertificateChanged';
  }
}

/**
 * Cameras sign their own certificates, so the first one that is seen at a host and port is the one (trust on first
 * use); another one later is a fault that people settle. Kept in a file, where one is given.
 */
export class CertificatePins {
  readonly #file: string | undefined;
  readonly #pins: Map<string, string>;

  /** Throws where the file is there and cannot be read: trusting everything anew would be worse. */
  constructor(file: string | undefined) {
    this.#file = file;
    this.#pins = new Map(Object.entries(file === undefined ? {} : readPins(file)));
  }

  /** Remembers the first one; throws CertificateChanged on another. */
  check(host: string, fingerprint: string): void {
    const known = this.#pins.get(host);
    if (known === fingerprint) return;
    if (known !== undefined) throw new CertificateChanged(host, known, fingerprint);
    if (this.#pins.size >= PINS_MAX) throw new Error(`more than ${PINS_MAX} certificates of cameras`);
    this.#pins.set(host, fingerprint);
    this.#store();
  }

  /** The next certificate that is seen at this host is the one. */
  forget(host: string): void {
    if (this.#pins.delete(host)) this.#store();
  }

  #store(): void {
    if (this.#file === undefined) return;
    mkdirSync(dirname(this.#file), { recursive: true, mode: 0o700 });
    const next = `${this.#file}.next`;
    writeFileSync(next, JSON.stringify(Object.fromEntries(this.#pins)), { mode: 0o600 });
    renameSync(next, this.#file);
  }
}

function readPins(file: string): Readonly<Record<string, string>> {
  try {
    return Pins.parse(JSON.parse(readFileSync(file, 'utf8')));
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return {};
    throw error;
  }
}

type Connecting = Parameters<Agent['createConnection']>[0];
type Connected = (error: Error | null, stream: Duplex) => void;

/** Hands a connection out only once its certificate was judged: not a byte of ours goes to anybody else before. */
export class PinningAgent extends Agent {
  readonly #pins: CertificatePins;

  constructor(options: AgentOptions, pins: CertificatePins) {
    super(options);
    this.#pins = pins;
  }

  override createConnection(options: Connecting, done?: Connected): undefined {
    const host = String(options.host ?? '');
    const port = Number(options.port ?? 443);
    const servername = 'servername' in options && typeof options.servername === 'string' ? options.servername : '';
    const socket: TLSSocket = connect({ host, port, servername, rejectUnauthorized: false, minVersion: 'TLSv1' });
    const fail = (error: Error): void => {
      socket.destroy();
      done?.(error, socket);
    };
    socket.once('error', fail);
    socket.once('secureConnect', () => {
      try {
        if (!socket.authorized) this.#pins.check(`${host}:${port}`, socket.getPeerCertificate().fingerprint256 ?? '');
      } catch (error) {
        return fail(error instanceof Error ? error : new Error('the certificate could not be judged'));
      }
      socket.off('error', fail);
      done?.(null, socket);
    });
    return undefined;
  }
}
