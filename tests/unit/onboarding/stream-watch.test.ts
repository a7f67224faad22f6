import { pino } from 'pino';
import { expect, it } from 'vitest';
import { type StreamState, watchStreams } from '../../../gateway/onboarding/stream-watch.ts';
import { TestIntake } from '../../parts/onvif-ports.ts';

/** A video plane that says what it is told to, and what follows from it. */
function watched() {
  const intake = new TestIntake();
  let listener: (status: StreamState) => void = () => undefined;
  const stop = watchStreams({
    video: {
      onState: (one) => {
        listener = one;
        return () => {
          listener = () => undefined;
        };
      },
    },
    intake,
    log: pino({ level: 'silent' }),
  });
  const say = (
    state: 'connecting' | 'playing' | 'waiting',
    reason?: 'silent' | 'unreachable',
    quality: 'main' | 'sub' = 'sub',
  ) => {
    const fault = reason === undefined ? {} : { fault: { reason } };
    listener({ camera: 'gate', quality, state, ...fault });
  };
  return { say, stop, told: () => intake.of('signal').map(({ type, active }) => `${type} ${active}`) };
}

it('raises the second silence in a row of a stream that was granted, and ends it with the next picture', () => {
  const { say, told } = watched();
  for (let at = 0; at < 4; at++) {
    say('connecting');
    say('waiting', 'silent');
  }
  expect(told()).toEqual(['device.video.loss true']);
  say('playing');
  say('playing');
  expect(told()).toEqual(['device.video.loss true', 'device.video.loss false']);
});

it('says nothing of a restart, of two qualities that are silent once, of a camera that is away, nor once stopped', () => {
  const { say, told, stop } = watched();
  say('waiting', 'silent');
  say('playing');
  say('waiting', 'silent');
  say('waiting', 'silent', 'main');
  say('playing');
  for (let at = 0; at < 3; at++) say('waiting', 'unreachable');
  stop();
  for (let at = 0; at < 3; at++) say('waiting', 'silent');
  expect(told()).toEqual([]);
});
