import type { ServerResponse } from 'node:http';
import type { Spoiling, Spoilt } from '../quirks.ts';
import { NAMESPACES } from './namespaces.ts';

const MEGABYTE = Buffer.alloc(1024 * 1024, 'a');
const HUGE_MEGABYTES = 100;
const ATTRIBUTES = 200_000;

const inEnvelope = (inner: string): string =>
  `<env:Envelope xmlns:env="${NAMESPACES.env}"><env:Body>${inner}</env:Body></env:Envelope>`;

function say(response: ServerResponse, text: string): void {
  response.writeHead(200, { 'Content-Type': 'application/soap+xml; charset=utf-8' }).end(text);
}

function sayHuge(response: ServerResponse): void {
  let left = HUGE_MEGABYTES;
  const more = (): void => {
    while (left > 0 && !response.destroyed) {
      left -= 1;
      if (!response.write(MEGABYTE)) return void response.once('drain', more);
    }
    response.end();
  };
  more();
}

function trickle(response: ServerResponse): void {
  const timer = setInterval(() => response.write('a'), 1_000);
  response.on('close', () => clearInterval(timer));
  response.write('<');
}

/** Whether this operation's answer is spoilt. */
export const isSpoilt = (spoilt: Spoilt | undefined, operation: string): spoilt is Spoilt =>
  spoilt !== undefined && (spoilt.operations === undefined || spoilt.operations.includes(operation));

const WAYS: Readonly<Record<Spoiling, (response: ServerResponse, to: string) => void>> = {
  huge: sayHuge,
  trickle,
  redirect: (response, to) => void response.writeHead(307, { Location: to }).end(),
  attributes: (response) =>
    say(response, inEnvelope(`<x${Array.from({ length: ATTRIBUTES }, (_, at) => ` a${at}="1"`).join('')}/>`)),
  doctype: (response) => say(response, `<!DOCTYPE x [<!ENTITY a "b">]>${inEnvelope('<x>&a;</x>')}`),
  html: sayPage,
  reset: (response) => void response.socket?.resetAndDestroy(),
  'no-http': (response) => void response.socket?.end('\u0000\u0001\u0002\r\n\r\n'),
  silence: () => undefined,
};

/** Answers as the switch says. */
export const spoil = (response: ServerResponse, { by, to = 'http://203.0.113.9/' }: Spoilt): void =>
  WAYS[by](response, to);

/** What the web server of a camera says where it has no such service. */
export function sayPage(response: ServerResponse): void {
  const page = '<HTML><HEAD><TITLE>404 Not Found</TITLE></HEAD><BODY><H1>404 Not Found</H1></BODY></HTML>';
  response.writeHead(404, { 'Content-Type': 'text/html' }).end(page);
}
