import { randomBytes } from 'node:crypto';
import type { DeviceRecord } from '../fleet.ts';
import { type Api, Refused } from './api.ts';

/** Somebody of the story. Passwords are made anew at each start and shown once. */
export type Person = Readonly<{
  username: string;
  password: string;
  displayName: string;
  role: string;
  regions: readonly string[];
  lines?: readonly string[];
  compounds?: readonly string[];
  about: string;
}>;

export const newPassword = (): string => randomBytes(9).toString('base64url');

/** The people of the demo: the compound and the line that the fleet's devices stand in are theirs. */
export function peopleOf(records: readonly DeviceRecord[]): readonly Person[] {
  const compounds = records.flatMap(({ compound }) => compound ?? []).slice(0, 1);
  const lines = records.flatMap(({ place }) => place.line ?? []).slice(0, 1);
  return [dutyOfficer(), { ...communityOperator(), compounds }, { ...patrol(), lines }];
}

const dutyOfficer = (): Person => ({
  username: 'duty',
  password: newPassword(),
  displayName: '席 A',
  role: 'dispatcher',
  regions: ['360900000000'],
  about: '值班员，全市 / duty officer, the whole city',
});

const communityOperator = (): Person => ({
  username: 'xiujiang',
  password: newPassword(),
  displayName: '秀江名苑门岗',
  role: 'operator',
  regions: ['360902000000'],
  about: '小区安防，仅秀江名苑 / community security, one compound',
});

const patrol = (): Person => ({
  username: 'patrol1',
  password: newPassword(),
  displayName: '彬江一队',
  role: 'patrol',
  regions: ['360900000000'],
  about: '护路巡线，仅沪昆线 / patrol, one railway line',
});

/** Makes each account, or gives the one that is left from an earlier start its new password. */
export async function makeAccounts(admin: Api, people: readonly Person[]): Promise<void> {
  for (const { about: _about, ...account } of people) {
    try {
      await admin.send('POST', '/users', account);
    } catch (error) {
      if (!(error instanceof Refused) || error.status !== 409) throw error;
      const { username, ...change } = account;
      await admin.send('PUT', `/users/${username}`, change);
    }
  }
}
