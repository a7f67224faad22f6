import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { faultText } from '../../../config/fault.ts';
import { loadSettings } from '../../../config/load.ts';

function load(text: string) {
  const folder = mkdtempSync(join(tmpdir(), 'fengsui-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  writeFileSync(join(folder, 'fengsui.yaml'), text);
  return loadSettings({ file: join(folder, 'fengsui.yaml'), env: {} });
}
const plan = (more: string) => `patrol:
  plans:
    - id: night
      zh: 夜巡
      en: Night round
      region: "360902000000"
      line: 沪昆线
      hours: { spans: [{ from: "22:00", to: "02:00" }] }
${more}`;

it('reads a plan with its check-points', () => {
  const settings = load(
    plan(
      '      section: hk-yuanzhou-east\n      checkPoints: [{ km: K812+100, byMin: 30 }, { name: 桥, lng: 114.4, lat: 27.8 }]\n',
    ),
  );
  expect(settings).toMatchObject({ ok: true });
  expect(settings.ok && settings.value.patrol.plans).toEqual([
    {
      ...{
        id: 'night',
        zh: '夜巡',
        en: 'Night round',
        region: '360902000000',
        line: '沪昆线',
        section: 'hk-yuanzhou-east',
      },
      ...{ team: undefined, lateMs: 900_000, withinM: 150 },
      hours: {
        zone: 'Asia/Shanghai',
        spans: [{ days: 'every', from: 1320, to: 120 }],
        calendar: { restdays: [], workdays: [] },
      },
      checkPoints: [
        { name: 'K812+100', byMin: 30, place: { line: '沪昆线', km: 'K812+100', kmValue: 812_100 } },
        { name: '桥', byMin: undefined, place: { line: '沪昆线', lng: 114.4, lat: 27.8 } },
      ],
    },
  ]);
});

it.each([
  ['      checkPoints: []\n', "fengsui.yaml:9 patrol.plans.0.checkPoints is '[]', expected at least one check-point"],
  [
    '      checkPoints: [{ name: 桥 }]\n',
    'fengsui.yaml:9 patrol.plans.0.checkPoints.0 is \'{"name":"桥"}\', expected km, or lng and lat',
  ],
  [
    '      checkPoints: [{ km: K9+000 }]\n',
    "fengsui.yaml:9 patrol.plans.0.checkPoints.0.km is 'K9+000', expected a post of 沪昆线",
  ],
  [
    '      section: nowhere\n      checkPoints: [{ km: K812+100 }]\n',
    "fengsui.yaml:9 patrol.plans.0.section is 'nowhere', expected one of hk-yuanzhou-east, hk-yuanzhou-west, hk-zhangshu",
  ],
])('names what is wrong with a plan: %s', (more, fault) => {
  const settings = load(plan(more));
  expect(settings.ok ? [] : settings.error.map(faultText)).toEqual([fault]);
});
