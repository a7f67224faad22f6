import type { IncomingMessage } from 'node:http';
import type { Readable } from 'node:stream';
import { Busboy, type BusboyInstance } from '@fastify/busboy';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { BodyFile } from './body-file.ts';
import { Refused } from './problems.ts';

/** A phone's photo is 2 to 5 MB. */
export const PHOTO_MAX_MIB = 8;
const PHOTO_MAX_BYTES = PHOTO_MAX_MIB * 1024 * 1024;
const JPEG = 'a JPEG (image/jpeg)';
/** SOI and the first byte of the next marker; EOI. Source: ITU-T T.81, table B.1. */
const JPEG_START = Buffer.from([0xff, 0xd8, 0xff]);
const JPEG_END = Buffer.from([0xff, 0xd9]);
/** Behind the end some phones leave zeros or a second picture; that far back the end is looked for. */
const JPEG_TAIL_BYTES = 1024 * 1024;

/** A JPEG as a request brings it. */
export class Photo extends BodyFile {}

/** Lets a resource take photos: as the body itself, or as the first file of a form. */
export function takePhotos(http: Pick<FastifyInstance, 'addContentTypeParser'>): void {
  http.addContentTypeParser('image/jpeg', async (_request: FastifyRequest, body: IncomingMessage) =>
    photoOf(await bytesOf(body)),
  );
  http.addContentTypeParser('multipart/form-data', async (request: FastifyRequest, body: IncomingMessage) => {
    const type = request.headers['content-type'] ?? '';
    return photoOf(await fileOf(body, type));
  });
}

function photoOf(bytes: Buffer): Photo {
  const isJpeg =
    bytes.subarray(0, JPEG_START.length).equals(JPEG_START) &&
    bytes.subarray(-JPEG_TAIL_BYTES).lastIndexOf(JPEG_END) !== -1;
  if (!isJpeg) throw wrongBody(JPEG);
  return new Photo(bytes);
}

/** All bytes of the stream. One that is too long is read on and thrown away, so that its sender hears the answer. */
function bytesOf(stream: Readable): Promise<Buffer> {
  const { promise, resolve, reject } = Promise.withResolvers<Buffer>();
  let chunks: Buffer[] = [];
  let bytes = 0;
  stream.on('data', (chunk: Buffer) => {
    bytes += chunk.length;
    if (bytes <= PHOTO_MAX_BYTES) chunks.push(chunk);
    else {
      chunks = [];
      reject(new Refused('too-large', { expected: `at most ${PHOTO_MAX_MIB} MiB` }));
    }
  });
  stream.on('end', () => resolve(Buffer.concat(chunks)));
  stream.on('error', reject);
  stream.on('close', () => reject(wrongBody(JPEG))); // broken off; after the end it says nothing
  return promise;
}

const wrongBody = (expected: string): Refused => new Refused('bad-value', { field: '(body)', value: '', expected });

/** The first file of a form; other fields are passed over. Source: RFC 7578. */
function fileOf(body: IncomingMessage, contentType: string): Promise<Buffer> {
  const form = openForm(contentType);
  if (form === undefined) return Promise.reject(wrongBody(`a form with ${JPEG}`));
  const { promise, resolve, reject } = Promise.withResolvers<Buffer>();
  const noFile = (): void => reject(wrongBody(`a form with ${JPEG}`));
  let isFound = false;
  form.on('file', (_field, file) => {
    isFound = true;
    bytesOf(file).then(resolve, reject);
  });
  form.on('error', noFile);
  form.on('finish', () => (isFound ? undefined : noFile()));
  body.on('close', noFile); // broken off; after the end of the form it says nothing
  body.pipe(form);
  return promise;
}

function openForm(contentType: string): BusboyInstance | undefined {
  const limits = { files: 1, fields: 10, parts: 12, fileSize: PHOTO_MAX_BYTES + 1, headerPairs: 20 };
  try {
    return new Busboy({ headers: { 'content-type': contentType }, limits });
  } catch {
    return undefined; // no boundary: no form
  }
}
