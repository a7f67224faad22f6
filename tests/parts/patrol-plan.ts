import type { PatrolPlan } from '../../gateway/domain/patrol.ts';

/** A round of two check-points by night on the section east of Yuanzhou. */
export const NIGHT: PatrolPlan = {
  id: 'hk-east-night',
  zh: '袁州东夜巡',
  en: 'Yuanzhou east by night',
  region: '360902001000',
  line: '沪昆线',
  section: 'hk-yuanzhou-east',
  team: '彬江一队',
  hours: {
    zone: 'Asia/Shanghai',
    spans: [{ days: 'every', from: 22 * 60, to: 2 * 60 }],
    calendar: { restdays: [], workdays: [] },
  },
  lateMs: 15 * 60_000,
  withinM: 150,
  checkPoints: [
    { name: '便道口', byMin: undefined, place: { line: '沪昆线', km: 'K812+100', kmValue: 812_100 } },
    { name: '上跨桥', byMin: 120, place: { line: '沪昆线', km: 'K813+300', kmValue: 813_300 } },
  ],
};
