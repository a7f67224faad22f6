import { createHash } from 'node:crypto';
import { family, type Me, type Push, record } from '../family.ts';

const NONCE = 'abcdefgh';
/** base64(MD5(token + nonce + msg)), over the text of msg as it stands in the body. Source: open.iot.10086.cn, HTTP push. */
function push({ secret = '' }: Me, said: object, signature?: string): Push {
  const msg = JSON.stringify(said);
  const own = createHash('md5').update(`${secret}${NONCE}${msg}`).digest('base64');
  return { path: '/vendors/onenet', body: `{"msg":${msg},"msg_signature":"${signature ?? own}","nonce":"${NONCE}"}` };
}
const point = ({ name, now }: Me, ds_id: string, value: number) => ({
  ...{ at: now, imei: '860000000000099', type: 1, ds_id, value, dev_id: Number(name) },
});

export default family({
  about: { zh: '移动 OneNET 推送：NB 烟感', en: 'OneNET push: an NB-IoT smoke detector' },
  name: '20166199',
  records: (name) => [
    record('sim-onenet', 'sensor', 'onenet', {
      aliases: [name],
      types: { '3200_0_5500': 'community.fire.smoke' },
      settings: { '3_0_9': 'battery_pct' },
    }),
  ],
  raises: { device: 'sim-onenet', type: 'community.fire.smoke' },
  refused: 'signature',
  way: 'http',
  says: {
    heartbeat: (me) => [push(me, point(me, '3200_0_5500', 0))],
    alarm: (me) => [push(me, point(me, '3200_0_5500', 1))],
    end: (me) => [push(me, point(me, '3200_0_5500', 0))],
    malformed: (me) => [push(me, point(me, '3200_0_5500', 1), 'AAAAAAAAAAAAAAAAAAAAAA==')],
  },
});
