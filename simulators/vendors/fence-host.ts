import { createServer } from 'node:net';
import { Listening } from '../camera/listening.ts';
import { crc, modbusAnswer } from './frames.ts';

/** A pulse fence (脉冲电子围栏) behind a serial server; what it answers is the caller's to change. */
export class FenceHost {
  readonly #listening: Listening;
  readonly #unit: number;
  /** State and voltage of each zone in turn. */
  registers: number[] = [0, 68, 0, 68];
  /** Bits of the sum are turned: noise on the line. */
  isNoisy = false;
  isSilent = false;
  asked = 0;

  constructor(unit: number, port = 0, host = '127.0.0.1') {
    this.#unit = unit;
    const server = createServer((socket) => {
      socket.on('error', () => socket.destroy());
      socket.on('data', (question: Buffer) => {
        const answer = this.#answer(question);
        if (answer !== undefined) socket.write(answer);
      });
    });
    this.#listening = new Listening(server, host, port);
  }

  open = (): Promise<void> => this.#listening.open();
  close = (): Promise<void> => this.#listening.close();
  get port(): number {
    return this.#listening.port;
  }

  #answer(question: Buffer): Buffer | undefined {
    this.asked += 1;
    const isForMe = question.length === 8 && question[0] === this.#unit && crc(question, 0xffff) === 0;
    if (!isForMe || this.isSilent) return undefined;
    const [from, count] = [question.readUInt16BE(2), question.readUInt16BE(4)];
    const answer = modbusAnswer(this.#unit, this.registers.slice(from, from + count));
    if (this.isNoisy) answer[answer.length - 1] = (answer.at(-1) ?? 0) ^ 0xff;
    return answer;
  }
}
