import { describe, expect, it } from 'vitest';
import { controlPath, readTarget, uriOf } from '../../../streams/rtsp/target.ts';

describe('where a stream is', () => {
  it.each([
    ['rtsp://10.0.3.7/s1?x=1&y=2', { host: '10.0.3.7', port: 554, path: '/s1?x=1&y=2' }],
    ['RTSP://cam.example:8554', { host: 'cam.example', port: 8554, path: '/' }],
    ['rtsp://[fd00::7]:8554?a', { host: 'fd00::7', port: 8554, path: '/?a' }],
    ['rtsp://admin:p%40ss@10.0.3.7/s1', { host: '10.0.3.7', port: 554, path: '/s1' }],
  ])('reads %s', (url, target) => {
    expect(readTarget(url)).toEqual({ ok: true, value: { ...target, isTunnelled: false } });
  });

  it.each([
    'https://10.0.3.7/',
    'rtsp://',
    'rtsp:///x',
    'rtsp://h:0/',
    'rtsp://h:70000/',
    'rtsp://h/a b',
    'rtsp://h/\r\nX: y',
    '',
  ])('refuses %j and says what was expected', (url) => {
    expect(readTarget(url)).toMatchObject({ ok: false, error: { text: expect.stringContaining('rtsp://10.0.3.7') } });
  });

  it('takes an address of HTTP for one of a tunnel', () => {
    const read = readTarget('http://10.0.3.7/live?channel=1');
    expect(read).toMatchObject({
      ok: true,
      value: { host: '10.0.3.7', port: 80, path: '/live?channel=1', isTunnelled: true },
    });
  });

  it('writes what it read, without the usual port', () => {
    expect(uriOf({ host: 'fd00::7', port: 554, path: '/a' })).toBe('rtsp://[fd00::7]/a');
    expect(uriOf({ host: 'h', port: 8554, path: '/a' })).toBe('rtsp://h:8554/a');
  });
});

describe('the control address of a track', () => {
  it.each([
    ['/s1', 'trackID=1', '/s1/trackID=1'],
    ['/s1/', 'trackID=1', '/s1/trackID=1'],
    ['/cam/realmonitor?channel=1&subtype=0/', 'trackID=0', '/cam/realmonitor?channel=1&subtype=0/trackID=0'],
    ['/s1', '*', '/s1'],
    ['/s1', '', '/s1'],
    ['/s1', '/other/track', '/other/track'],
    ['/s1', 'rtsp://evil.example:99/s1/t?x=1', '/s1/t?x=1'],
    ['/s1', 'rtsp://evil.example', '/'],
  ])('from %s and %s is %s: never another host', (base, control, path) => {
    expect(controlPath(base, control)).toBe(path);
  });

  it('cannot smuggle a line into a request', () => {
    expect(controlPath('/s1', 'a\r\nX: y')).toBeUndefined();
    expect(controlPath('/s1', 'a b')).toBeUndefined();
  });
});
