import { z } from 'zod';
import { badValue } from '../../../gateway/domain/bad-value.ts';
import { codec } from '../../codec/codec.ts';
import { IsoTime } from '../../codec/device-time.ts';
import { contactIdDrafts } from '../../vendor/contact-id-drafts.ts';
import { readContactId } from '../contact-id-text.ts';

/** Alarm panels (报警主机) whose Contact-ID text comes over MQTT. No topic is standard; this one is ours. */
const family = 'contact-id';

export default codec({
  family,
  topics: ['alarm/{panel}/cid'],
  about: [
    '主机由账号找到；防区设备的别名写成 账号/防区，如 3609/003，或写进主机档案的 settings.zones。The panel is found by its account; a zone’s device has the alias account/zone, or stands in settings.zones.',
    '16 位原文：账号 18 Q EEE GG CCC S，S 使各位之和为 15 的倍数（0 计 10）。The 16 digits: ACCT 18 Q EEE GG CCC S.',
    'Q：1 新警，3 恢复，6 仍在。Q: 1 new, 3 restore, 6 still there.',
    '4xx 是用户布撤防：只记布防状态，不留用户号。4xx is about users: only the arming is kept, never the number.',
  ],
  payload: z.object({
    account: z.union([z.string(), z.number()], { error: 'the account of the panel' }).transform(String).optional(),
    cid: z.string({ error: '16 digits: ACCT 18 Q EEE GG CCC S' }),
    time: IsoTime.optional(),
  }),
  all: ({ account, cid, time }, context) => {
    const read = readContactId('cid', cid);
    if (!read.ok) {
      context.refuse(read.error);
      return {};
    }
    if (account !== undefined && account.toUpperCase() !== read.value.account) {
      context.refuse(badValue('unknown-device', 'account', account, `${read.value.account}, as cid has it`));
      return {};
    }
    return contactIdDrafts(
      read.value,
      { account: read.value.account, id: undefined, at: context.utc('time', time) },
      context,
    );
  },
});
