/** What stands in the way of a clip: this browser lacks H.265, the file is not to be had, or something else. */
export type Trouble = 'h265' | 'gone' | 'unplayable';

/** The box of codecs (`stsd`) stands in the file's head, or in its tail where that was written last. */
const PARTS = ['bytes=0-65535', 'bytes=-65536'];
/** ISO/IEC 14496-15, 8.4.1.1: names of HEVC sample entries. */
const HEVC = /hvc1|hev1/;

/** Asked once a clip does not play: browsers only say that they cannot. */
export async function troubleWith(src: string): Promise<Trouble> {
  for (const range of PARTS) {
    const response = await fetch(src, { headers: { range }, credentials: 'same-origin' }).catch(() => undefined);
    if (response === undefined || (response.status !== 206 && response.status !== 200)) return 'gone';
    const text = new TextDecoder('latin1').decode(await response.arrayBuffer());
    if (HEVC.test(text)) return 'h265';
  }
  return 'unplayable';
}
