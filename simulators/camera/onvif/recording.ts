import { badArgument } from './fault.ts';
import type { Operation, Service } from './operation.ts';
import { textAt } from './soap.ts';
import { dateTime, xml } from './xml.ts';

const TOKEN = 'recording-1';
const DAY_MS = 86_400_000;
const HOUR_MS = 3_600_000;
const version = { major: 2, minor: 60 };

const getRecordings: Operation = ({ site }) => xml`<trc:GetRecordingsResponse><trc:RecordingItem>
  <tt:RecordingToken>${TOKEN}</tt:RecordingToken>
  <tt:Configuration><tt:Source><tt:SourceId>urn:${site.id}</tt:SourceId><tt:Name>${site.name}</tt:Name>
    <tt:Location>simulated</tt:Location><tt:Description>main</tt:Description><tt:Address>${site.baseUrl()}</tt:Address></tt:Source>
    <tt:Content>main stream</tt:Content><tt:MaximumRetentionTime>PT0S</tt:MaximumRetentionTime></tt:Configuration>
  <tt:Tracks/>
</trc:RecordingItem></trc:GetRecordingsResponse>`;

/** Searches that were begun and not given back. */
const open = new Set<string>();
let begun = 0;

const findRecordings: Operation = () => {
  begun += 1;
  const token = `search-${begun}`;
  open.add(token);
  return xml`<tse:FindRecordingsResponse><tse:SearchToken>${token}</tse:SearchToken></tse:FindRecordingsResponse>`;
};

/** All of the last day but for an hour that nobody kept, from six to five hours ago. */
const getRecordingSearchResults: Operation = ({ site, body }) => {
  if (!open.has(textAt(body, 'SearchToken') ?? '')) throw badArgument('There is no such search', 'ter:InvalidToken');
  const now = site.now();
  const track = (from: number, to: number) => xml`<tt:Track><tt:TrackToken>video</tt:TrackToken>
    <tt:TrackType>Video</tt:TrackType><tt:Description>main</tt:Description>
    <tt:DataFrom>${dateTime(from)}</tt:DataFrom><tt:DataTo>${dateTime(to)}</tt:DataTo></tt:Track>`;
  return xml`<tse:GetRecordingSearchResultsResponse><tse:ResultList>
    <tt:SearchState>${site.quirks.searchNeverEnds ? 'Searching' : 'Completed'}</tt:SearchState>
    <tt:RecordingInformation><tt:RecordingToken>${TOKEN}</tt:RecordingToken>
      <tt:Source><tt:SourceId>urn:${site.id}</tt:SourceId><tt:Name>${site.name}</tt:Name>
        <tt:Location>simulated</tt:Location><tt:Description>main</tt:Description><tt:Address>${site.baseUrl()}</tt:Address></tt:Source>
      <tt:EarliestRecording>${dateTime(now - DAY_MS)}</tt:EarliestRecording><tt:LatestRecording>${dateTime(now)}</tt:LatestRecording>
      <tt:Content>main stream</tt:Content>${track(now - DAY_MS, now - 6 * HOUR_MS)}${track(now - 5 * HOUR_MS, now)}
      <tt:RecordingStatus>Recording</tt:RecordingStatus>
    </tt:RecordingInformation>
  </tse:ResultList></tse:GetRecordingSearchResultsResponse>`;
};

const endSearch: Operation = ({ site, body }) => {
  if (!open.delete(textAt(body, 'SearchToken') ?? '')) throw badArgument('There is no such search', 'ter:InvalidToken');
  return xml`<tse:EndSearchResponse><tse:Endpoint>${dateTime(site.now())}</tse:Endpoint></tse:EndSearchResponse>`;
};

/** The last day, always. */
const getRecordingSummary: Operation = ({ site }) => xml`<tse:GetRecordingSummaryResponse><tse:Summary>
  <tt:DataFrom>${dateTime(site.now() - DAY_MS)}</tt:DataFrom><tt:DataUntil>${dateTime(site.now())}</tt:DataUntil>
  <tt:NumberRecordings>1</tt:NumberRecordings>
</tse:Summary></tse:GetRecordingSummaryResponse>`;

const getReplayUri: Operation = ({ site, body }) => {
  if (textAt(body, 'RecordingToken') !== TOKEN) throw badArgument('There is no such recording', 'ter:NoRecording');
  return xml`<trp:GetReplayUriResponse><trp:Uri>${site.rtspUrl('main').replace(/main$/, 'replay')}</trp:Uri></trp:GetReplayUriResponse>`;
};

/** Profile G as far as a client asks before it plays. */
export const recordingServices: readonly Service[] = [
  { path: '/onvif/recording_service', prefix: 'trc', version, operations: { GetRecordings: getRecordings } },
  {
    path: '/onvif/search_service',
    prefix: 'tse',
    version,
    operations: {
      GetRecordingSummary: getRecordingSummary,
      FindRecordings: findRecordings,
      GetRecordingSearchResults: getRecordingSearchResults,
      EndSearch: endSearch,
    },
  },
  { path: '/onvif/replay_service', prefix: 'trp', version, operations: { GetReplayUri: getReplayUri } },
];
