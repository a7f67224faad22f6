import { useI18n } from 'vue-i18n';
import type { Alarm } from '../../../gateway/http/contract/alarms.ts';
import { clockText, dateText } from '../format/moment.ts';
import { postText } from '../format/place-text.ts';
import { titleIn } from '../i18n/i18n.ts';
import { useLive } from '../live/live-store.ts';
import { useRegions } from '../places/regions-store.ts';
import { LEVELS } from '../severity/levels.ts';
import { csvOf } from './csv.ts';

const COLUMNS = [
  'id',
  'title',
  'level',
  'state',
  'condition',
  'verdict',
  'occurred',
  'last',
  'count',
  'post',
  'place',
  'region',
  'device',
  'type',
  'assignee',
  'shelvedUntil',
] as const;

const moment = (at: string | undefined): string =>
  at === undefined ? '' : `${dateText(Date.parse(at))} ${clockText(Date.parse(at))}`;

/** Alarms as a file for a spreadsheet, in the words and the time zone of the screen. */
export function useAlarmLines() {
  const { t, locale } = useI18n();
  const regions = useRegions();
  const live = useLive();

  const lineOf = (alarm: Alarm): Record<(typeof COLUMNS)[number], string | number | undefined> => ({
    id: alarm.id,
    title: titleIn(locale.value, alarm.title),
    level: `${t(LEVELS[alarm.severity].wordKey)} ${LEVELS[alarm.severity].roman}`,
    state: t(`state.${alarm.state}`),
    condition: t(`condition.${alarm.condition}`),
    verdict: alarm.verdict === undefined ? '' : t(`verdict.${alarm.verdict}`),
    occurred: moment(alarm.occurredAt),
    last: moment(alarm.lastAt),
    count: alarm.count,
    post: postText(alarm.place, t),
    place: alarm.place.name,
    region: regions.nameOf(alarm.region),
    device: alarm.device,
    type: alarm.type,
    assignee: alarm.assignee,
    shelvedUntil: moment(alarm.shelvedUntil),
  });

  return (alarms: readonly Alarm[]) => {
    const head = COLUMNS.map((column) => t(`column.${column}`));
    const lines = alarms.map((alarm) => {
      const line = lineOf(alarm);
      return COLUMNS.map((column) => line[column]);
    });
    const stamp = `${dateText(live.now)}-${clockText(live.now).replaceAll(':', '')}`;
    return { name: `fengsui-alarms-${stamp}.csv`, text: csvOf([head, ...lines]) };
  };
}
