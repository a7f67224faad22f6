import { describe, expect, it } from 'vitest';
import { decide } from '../../../gateway/alarms/decide.ts';
import { at, byPerson, CLIMB, FENCE, given, hear, latest, occurrence } from '../../parts/alarm-samples.ts';

describe('raising', () => {
  it('raises an alarm with the place, the title, the cameras and the limits of its type', () => {
    const alarm = latest(given(occurrence('08:00:00', { value: 3, text: '3 号防区触网' })));
    expect(alarm).toMatchObject({
      type: 'railway.perimeter.intrusion',
      severity: 2,
      condition: 'active',
      state: 'new',
      title: { zh: '周界入侵' },
      place: { km: 'K812+300' },
      cameras: ['yz-cam-k812'],
      count: 1,
      version: 1,
      text: '3 号防区触网',
    });
    expect(alarm.due.accept).toBe(at('08:02:00') + 40); // by the gateway's clock, not the device's
  });

  it('lets a device call its signal graver than the catalogue does, never milder', () => {
    expect(latest(given(occurrence('08:00:00', { severity: 1 }))).severity).toBe(1);
    expect(latest(given(occurrence('08:00:00', { severity: 4 }))).severity).toBe(2);
  });

  it('clears a pulse at once and leaves it to people', () => {
    const alarm = latest(given(occurrence('08:00:00', { definition: CLIMB, active: undefined })), CLIMB.code);
    expect(alarm).toMatchObject({ condition: 'cleared', state: 'new' });
  });
});

describe('merging', () => {
  it('counts a repeat on the active alarm, however late it comes', () => {
    const book = given(occurrence('08:00:00'), occurrence('11:00:00'));
    expect(latest(book)).toMatchObject({ count: 2, version: 2, lastAt: at('11:00:00'), occurredAt: at('08:00:00') });
  });

  it('counts an intrusion soon after the last one on the same alarm, though that has cleared', () => {
    const book = given(occurrence('08:00:00'), occurrence('08:00:20', { active: false }), occurrence('08:00:40'));
    expect(latest(book)).toMatchObject({ count: 2, condition: 'active' });
  });

  it('raises another alarm when the merge window is over', () => {
    const first = occurrence('08:00:00');
    const book = given(first, occurrence('08:00:20', { active: false }), occurrence('08:01:21'));
    expect(latest(book).id).not.toBe(first.newAlarm);
    expect(book.find(first.newAlarm)).toMatchObject({ condition: 'cleared', count: 1 }); // people still find the first
  });

  it('measures the window on the device clock, so that an hour held back by a broker is not one alarm', () => {
    const receivedAt = at('09:00:00');
    const book = given(
      occurrence('08:00:00', { receivedAt, definition: CLIMB, active: undefined }),
      occurrence('08:30:00', { receivedAt, definition: CLIMB, active: undefined }),
    );
    expect(latest(book, CLIMB.code).count).toBe(1);
  });

  it('raises anew once people have resolved the alarm, though the device never said that it was over', () => {
    const first = occurrence('08:00:00');
    const book = given(first);
    book.apply({ kind: 'resolved', ...byPerson(latest(book)), verdict: 'real' });
    hear(book, occurrence('08:30:00'));
    expect(latest(book)).toMatchObject({ state: 'new', count: 1 });
  });
});

describe('clearing', () => {
  it('clears the condition and leaves what people did', () => {
    const book = given(occurrence('08:00:00'));
    book.apply({ kind: 'acknowledged', ...byPerson(latest(book)) });
    hear(book, occurrence('08:05:00', { active: false }));
    expect(latest(book)).toMatchObject({ condition: 'cleared', state: 'acknowledged' });
  });

  it('says so when there is nothing to clear', () => {
    const clear = occurrence('08:00:00', { active: false });
    expect(decide(given().stateOf(FENCE.id), clear)).toEqual({ nothing: 'not-open' });
  });

  it('does not end what began after it, when a broker brings an end late', () => {
    const late = occurrence('08:00:10', { active: false, receivedAt: at('08:00:25') });
    expect(hear(given(occurrence('08:00:20')), late)).toEqual({ nothing: 'old-news' });
  });

  it('believes an end from a clock that was set back, or after one that ran ahead of ours', () => {
    const setBack = occurrence('00:05:00', { active: false, receivedAt: at('08:05:00') });
    expect(hear(given(occurrence('08:00:00')), setBack)).toMatchObject({ entries: [{ kind: 'cleared' }] });
    const ahead = occurrence('08:30:00', { receivedAt: at('08:00:00') });
    expect(hear(given(ahead), occurrence('08:05:00', { active: false }))).toMatchObject({
      entries: [{ kind: 'cleared' }],
    });
  });
});

describe('what raises nothing', () => {
  it('knows a signal again', () => {
    const signal = occurrence('08:00:00');
    expect(hear(given(signal), signal)).toEqual({ nothing: 'duplicate' });
  });

  it('passes over a device that people have switched off, but lets its alarm clear', () => {
    const off = { ...FENCE, enabled: false };
    expect(hear(given(), occurrence('08:00:00', { device: off }))).toEqual({ nothing: 'disabled' });
    const book = given(occurrence('08:00:00'));
    hear(book, occurrence('08:01:00', { device: off, active: false }));
    expect(latest(book).condition).toBe('cleared');
  });

  it('raises no pulse from old news, but takes an active state that it did not know', () => {
    const pulse = occurrence('08:00:00', { definition: CLIMB, active: undefined, isReplay: true });
    expect(hear(given(), pulse)).toEqual({ nothing: 'old-news' });
    const state = occurrence('08:00:00', { isReplay: true });
    const book = given(state);
    expect(latest(book).condition).toBe('active');
    expect(hear(book, occurrence('08:10:00', { isReplay: true }))).toEqual({ nothing: 'still-active' });
  });
});
