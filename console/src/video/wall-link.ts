import type { Player, PlayerEvents } from './player.ts';
import type { FromWorker, TileReport, ToWorker } from './wall-words.ts';

type Open = { report: TileReport | undefined; onEnd: PlayerEvents['onEnd'] };

let worker: Worker | undefined;
let count = 0;
const open = new Map<number, Open>();

/**
 * Plays a wall's address: all pictures of the page share one connection and one worker. Into `video`, where the browser
 * lets pictures into a track; else onto a canvas that is put beside it.
 */
export function playOnWall(video: HTMLVideoElement, url: string, { onEnd }: PlayerEvents): Player {
  const tile = nextNumber();
  const { surface, target, clear } =
    typeof MediaStreamTrackGenerator === 'undefined' ? canvasBeside(video) : trackInto(video);
  const opened: Open = { report: undefined, onEnd };
  open.set(tile, opened);
  say({ kind: 'open', tile, url, target }, [target]);
  return {
    surface,
    frames: () => opened.report?.frames ?? 0,
    dropped: () => opened.report?.dropped ?? 0,
    ageMs: () => (opened.report === undefined || Number.isNaN(opened.report.ageMs) ? undefined : opened.report.ageMs),
    close() {
      if (open.delete(tile)) say({ kind: 'close', tile }, []);
      clear();
    },
  };
}

/** Sixteen bits on the wire: a number comes again long after its tile is gone. */
function nextNumber(): number {
  do count = (count + 1) % 0x10000;
  while (open.has(count));
  return count;
}

function trackInto(video: HTMLVideoElement) {
  const track = new MediaStreamTrackGenerator({ kind: 'video' });
  video.srcObject = new MediaStream([track]);
  video.play().catch(() => {}); // a refusal shows as a picture that does not come
  const clear = (): void => {
    track.stop();
    video.srcObject = null;
  };
  return { surface: video, target: track.writable, clear };
}

function canvasBeside(video: HTMLVideoElement) {
  const canvas = document.createElement('canvas');
  canvas.className = 'drawn';
  video.after(canvas);
  return { surface: canvas, target: canvas.transferControlToOffscreen(), clear: () => canvas.remove() };
}

function say(message: ToWorker, transfer: Transferable[]): void {
  worker ??= startWorker();
  worker.postMessage(message, transfer);
}

function startWorker(): Worker {
  const started = new Worker(new URL('./wall-worker.ts', import.meta.url), { type: 'module' });
  started.addEventListener('message', ({ data }: MessageEvent<FromWorker>) => hear(data));
  started.addEventListener('error', () => {
    worker = undefined; // the next tile starts another one
    for (const tile of [...open.keys()]) hear({ kind: 'ended', tile, reason: undefined });
  });
  return started;
}

function hear(message: FromWorker): void {
  if (message.kind === 'report') {
    for (const report of message.tiles) {
      const tile = open.get(report.tile);
      if (tile !== undefined) tile.report = report;
    }
    return;
  }
  const ended = open.get(message.tile);
  open.delete(message.tile);
  ended?.onEnd(message.reason);
}
