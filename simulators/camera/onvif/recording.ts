import { badArgument } from './fault.ts';
import type { Operation, Service } from './operation.ts';
import { textAt } from './soap.ts';
import { dateTime, xml } from './xml.ts';

const TOKEN = 'recording-1';
const DAY_MS = 86_400_000;
const version = { major: 2, minor: 60 };

const getRecordings: Operation = ({ site }) => xml`<trc:GetRecordingsResponse><trc:RecordingItem>
  <tt:RecordingToken>${TOKEN}</tt:RecordingToken>
  <tt:Configuration><tt:Source><tt:SourceId>urn:${site.id}</tt:SourceId><tt:Name>${site.name}</tt:Name>
    <tt:Location>simulated</tt:Location><tt:Description>main</tt:Description><tt:Address>${site.baseUrl()}</tt:Address></tt:Source>
    <tt:Content>main stream</tt:Content><tt:MaximumRetentionTime>PT0S</tt:MaximumRetentionTime></tt:Configuration>
  <tt:Tracks/>
</trc:RecordingItem></trc:GetRecordingsResponse>`;

/** The last day, always. */
const getRecordingSummary: Operation = ({ site }) => xml`<tse:GetRecordingSummaryResponse><tse:Summary>
  <tt:DataFrom>${dateTime(site.now() - DAY_MS)}</tt:DataFrom><tt:DataUntil>${dateTime(site.now())}</tt:DataUntil>
  <tt:NumberRecordings>1</tt:NumberRecordings>
</tse:Summary></tse:GetRecordingSummaryResponse>`;

const getReplayUri: Operation = ({ site, body }) => {
  if (textAt(body, 'RecordingToken') !== TOKEN) throw badArgument('There is no such recording', 'ter:NoRecording');
  return xml`<trp:GetReplayUriResponse><trp:Uri>${site.rtspUrl('main')}</trp:Uri></trp:GetReplayUriResponse>`;
};

/** Profile G as far as a client asks before it plays; what is played is the live picture. */
export const recordingServices: readonly Service[] = [
  { path: '/onvif/recording_service', prefix: 'trc', version, operations: { GetRecordings: getRecordings } },
  { path: '/onvif/search_service', prefix: 'tse', version, operations: { GetRecordingSummary: getRecordingSummary } },
  { path: '/onvif/replay_service', prefix: 'trp', version, operations: { GetReplayUri: getReplayUri } },
];
