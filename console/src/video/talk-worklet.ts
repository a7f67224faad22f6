/** Runs beside the page, at 8,000 samples a second: what the microphone gave, as samples of 16 bits, 20 ms at a time. */
const PACKET_SAMPLES = 160;
declare const registerProcessor: (name: string, processor: typeof Microphone) => void;
declare class AudioWorkletProcessor {
  readonly port: MessagePort;
}

class Microphone extends AudioWorkletProcessor {
  #packet = new Int16Array(PACKET_SAMPLES);
  #filled = 0;

  process([input]: readonly (readonly Float32Array[])[]): boolean {
    for (const sample of input?.[0] ?? []) {
      this.#packet[this.#filled] = Math.max(-1, Math.min(1, sample)) * 0x7fff;
      this.#filled += 1;
      if (this.#filled === PACKET_SAMPLES) this.#send();
    }
    return true;
  }

  #send(): void {
    const { buffer } = this.#packet;
    this.port.postMessage(buffer, [buffer]);
    this.#packet = new Int16Array(PACKET_SAMPLES);
    this.#filled = 0;
  }
}

registerProcessor('microphone', Microphone);
