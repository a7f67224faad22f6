import { expect, it } from 'vitest';
import dahua from '../../../adapters/http/codecs/dahua.ts';
import { reader, recordOf, signalsIn } from './reading.ts';

const camera = recordOf('cam-1', { profile: 'dahua', aliases: ['nvr/0'] });
const said = (part: string) => reader(dahua, [camera]).read(part, 'nvr').reports;

it('tells of a refused sign-in without the account that was tried', () => {
  const reports = said('Code=LoginFailure;action=Pulse;index=0;data={"Error":"InvalidPassword","Name":"zhang.san"}');
  expect(signalsIn(reports)).toEqual(['cam-1 dahua:LoginFailure undefined']);
  expect(JSON.stringify(reports)).not.toContain('zhang.san');
});

it('keeps the name of a rule, and passes over what a camera says of its own work', () => {
  const rule = said('Code=CrossLineDetection;action=Start;index=0;data={"Name":"东侧 绊线;1","UTC":1795494616}');
  expect(rule).toMatchObject([{ type: 'dahua:CrossLineDetection', text: '东侧 绊线;1' }]);
  for (const code of ['NewFile', 'MDResult', 'RebootEvent', 'AlarmOutput'])
    expect(said(`Code=${code};action=Pulse;index=0`)).toEqual([]);
});
