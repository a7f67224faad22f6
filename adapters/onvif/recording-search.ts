import type { ClipWindow, RecordedSpan } from '../../gateway/domain/camera.ts';
import { failed, ok, type Result } from '../../gateway/domain/result.ts';
import { type CameraFault, cameraFault } from './camera-fault.ts';
import { readXsDateTime } from './clock.ts';
import { child, childrenOf, escapeXml, textAt, type XmlElement } from './xml.ts';

const SEARCH = 'http://www.onvif.org/ver10/search/wsdl';
/** Recordings of one recorder that are looked at; a large one has a channel each. */
const FOUND_MAX = 256;
/** Answers that are waited for, each two seconds at most: some recorders never say that they are done. */
const ROUNDS_MAX = 8;

/** Asks the search service; answers the element in the Body. */
export type AskSearch = (operation: string) => Promise<Result<XmlElement | undefined, CameraFault>>;

/**
 * What was recorded of this time, oldest first. The search is given back whatever happens: a recorder has few at once.
 * Source: ONVIF Recording Search, 5.4 (FindRecordings), 5.5 (GetRecordingSearchResults), 5.14 (EndSearch).
 */
export async function searchRecordings(
  ask: AskSearch,
  window: ClipWindow,
): Promise<Result<readonly RecordedSpan[], CameraFault>> {
  const begun = await ask(
    `<tse:FindRecordings xmlns:tse="${SEARCH}"><tse:Scope/><tse:MaxMatches>${FOUND_MAX}</tse:MaxMatches><tse:KeepAliveTime>PT20S</tse:KeepAliveTime></tse:FindRecordings>`,
  );
  if (!begun.ok) return begun;
  const token = textAt(begun.value, 'SearchToken');
  if (token === undefined) return failed(cameraFault('bad-answer', 'the search has no token'));
  const named = `<tse:SearchToken>${escapeXml(token)}</tse:SearchToken>`;
  try {
    return await collect(ask, named, window);
  } finally {
    await ask(`<tse:EndSearch xmlns:tse="${SEARCH}">${named}</tse:EndSearch>`);
  }
}

async function collect(
  ask: AskSearch,
  named: string,
  window: ClipWindow,
): Promise<Result<readonly RecordedSpan[], CameraFault>> {
  const found = new Map<string, RecordedSpan>();
  for (let round = 0; round < ROUNDS_MAX; round += 1) {
    const answer = await ask(
      `<tse:GetRecordingSearchResults xmlns:tse="${SEARCH}">${named}<tse:MinResults>1</tse:MinResults><tse:MaxResults>${FOUND_MAX}</tse:MaxResults><tse:WaitTime>PT2S</tse:WaitTime></tse:GetRecordingSearchResults>`,
    );
    if (!answer.ok) return answer;
    const list = child(answer.value, 'ResultList');
    const spans = childrenOf(list, 'RecordingInformation').slice(0, FOUND_MAX).flatMap(spansOf);
    for (const span of spans.flatMap((one) => within(one, window))) {
      const known = found.get(`${span.from} ${span.recording}`);
      if (known === undefined || known.to < span.to) found.set(`${span.from} ${span.recording}`, span); // it grows
    }
    if (textAt(list, 'SearchState') === 'Completed') break;
  }
  return ok([...found.values()].toSorted((a, b) => a.from - b.from));
}

const within = ({ recording, from, to }: RecordedSpan, window: ClipWindow): readonly RecordedSpan[] =>
  from >= window.to || to <= window.from
    ? []
    : [{ recording, from: Math.max(from, window.from), to: Math.min(to, window.to) }];

/** By its tracks of pictures, where they say when; else by the recording's own first and last. */
function spansOf(information: XmlElement): readonly RecordedSpan[] {
  const recording = textAt(information, 'RecordingToken') ?? '';
  const tracks = childrenOf(information, 'Track').filter((track) => textAt(track, 'TrackType') === 'Video');
  const times = tracks.map((track) => [textAt(track, 'DataFrom'), textAt(track, 'DataTo')] as const);
  const own = [textAt(information, 'EarliestRecording'), textAt(information, 'LatestRecording')] as const;
  return (times.length > 0 ? times : [own]).flatMap(([first, last]) => {
    const [from, to] = [readXsDateTime(first), readXsDateTime(last)];
    return recording === '' || from === undefined || to === undefined || to <= from ? [] : [{ recording, from, to }];
  });
}
